#!/usr/bin/env python3
"""Runs golden scenarios: files, commands, and what the program must answer.

Usage: run.py [--update] SCENARIO.test...      SOUK=path of the program (default build/souk)

A scenario is plain text. Lines before the first command that start with '#' say what it shows.
  file NAME        the lines up to `end` are written to NAME; \\r, \\t, \\0, \\xNN and a final \\c (no newline) are read
  $ COMMAND        run by bash in the scenario's own directory, with `souk` on the path; what follows up to the
                   next blank line before `$` or `file` is its output (standard error after standard output, each line
                   of it behind '! '), ended by `[exit N]` when N is not 0
Times, durations, hashes and the directory are replaced by names (<time>, <ms>, <hash>, <dir>) before comparing.
--update writes what came out into the file; look at the difference before you commit it.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUK = pathlib.Path(os.environ.get("SOUK", ROOT / "build/souk")).resolve()
TIMEOUT_S = 120


def parse(text):
    """A list of ('note', text), ('file', name, lines) and ('run', command, expected lines)."""
    steps, lines, i = [], text.split("\n"), 0
    while i < len(lines):
        line = lines[i]
        i += 1
        if line.startswith("file "):
            end = lines.index("end", i)
            steps.append(("file", line[5:], lines[i:end]))
            i = end + 1
        elif line.startswith("$ "):
            start = i
            while i < len(lines) and not lines[i].startswith(("$ ", "file ")):
                i += 1
            expected = lines[start:i]
            while expected and not expected[-1]:
                expected.pop()
            steps.append(("run", line[2:], expected))
        else:
            steps.append(("note", line))
    return steps


def unescape(lines):
    text = "\n".join(lines) + "\n"
    if text.endswith("\\c\n"):
        text = text[:-3]
    out = bytearray()
    for part in re.split(r"(\\r|\\t|\\0|\\x[0-9a-f]{2})", text):
        named = {"\\r": b"\r", "\\t": b"\t", "\\0": b"\0"}.get(part)
        out += named if named else bytes.fromhex(part[2:]) if re.fullmatch(r"\\x[0-9a-f]{2}", part) else part.encode()
    return bytes(out)


def normalise(text, directory):
    text = text.replace(str(directory), "<dir>")
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>", text)
    text = re.sub(r"\b(?=[0-9]*[a-f])[0-9a-f]{16,64}\b", "<hash>", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", text)
    return text


def run(command, directory):
    env = {**os.environ, "PATH": f"{directory}/.bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(["bash", "-c", command], cwd=directory, env=env, capture_output=True, timeout=TIMEOUT_S)
    out = normalise(done.stdout.decode(errors="replace"), directory).splitlines()
    out += ["! " + line for line in normalise(done.stderr.decode(errors="replace"), directory).splitlines()]
    if done.returncode:
        out.append(f"[exit {done.returncode}]")
    # The milliseconds of a build, the last column of its table, and how wide they are, differ from run to run.
    if re.search(r"souk build", command) and "--explain" not in command:
        out = [re.sub(r"\s{2,}(\d+|ms|─+|–)$", "  <ms>", line) for line in out]
    out = [line.rstrip() for line in out]
    while out and not out[-1]:
        out.pop()
    return out


def play(path, update):
    steps = parse(path.read_text())
    failures, written = [], []
    with tempfile.TemporaryDirectory(prefix="souk-scenario-") as name:
        directory = pathlib.Path(name).resolve()
        (directory / ".bin").mkdir()
        (directory / ".bin/souk").symlink_to(SOUK)
        for step in steps:
            if step[0] == "note":
                written.append(step[1])
            elif step[0] == "file":
                target = directory / step[1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(unescape(step[2]))
                written += [f"file {step[1]}", *step[2], "end"]
            else:
                got = run(step[1], directory)
                if got != step[2]:
                    failures.append((step[1], step[2], got))
                written += [f"$ {step[1]}", *got, ""]
    if update:
        path.write_text("\n".join(written).rstrip("\n") + "\n")
        return True
    for command, expected, got in failures:
        print(f"{path.name}: $ {command}")
        for line in expected:
            print(f"  expected | {line}")
        for line in got:
            print(f"  got      | {line}")
    return not failures


def main(arguments):
    update = "--update" in arguments
    paths = [pathlib.Path(a) for a in arguments if not a.startswith("--")]
    good = [play(path, update) for path in paths]
    print(f"{sum(good)} of {len(good)} scenarios passed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
