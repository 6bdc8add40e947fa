#!/usr/bin/env python3
"""Fail when a document points to a file that is not there, a room has no README, or a lock file names a host."""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def main():
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
    files = [pathlib.Path(name) for name in tracked.stdout.splitlines()]
    bad = []
    for file in (f for f in files if f.suffix == ".md" and f.exists()):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if not re.match(r"[a-z]+:", target) and not (file.parent / target).exists():
                    bad.append(f"{file}:{number}: no such file: {target}")
    rooms = {f.parts[1] for f in files if len(f.parts) > 2 and f.parts[0] == "src"}
    bad += [f"src/{room}: no README.md" for room in sorted(rooms) if not pathlib.Path("src", room, "README.md").exists()]
    for lock in (f for f in files if f.name == "package-lock.json"):
        if '"resolved"' in lock.read_text():
            bad.append(f"{lock}: names download addresses; write it with omit-lockfile-registry-resolved=true")
    print("\n".join(bad) if bad else "documents ok")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
