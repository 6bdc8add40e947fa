#!/usr/bin/env python3
"""`souk generate history` beside a plain Python generator, default sizes: seconds, CPU, memory, megabytes."""

import json
from measure import (BENCH, RUN_COLUMNS, arguments, best, machine, python, refuse, run, size_mb, souk, table, verdict,
                     versions, work_directory)

SIZES = {"users": 100_000, "products": 10_000, "transactions": 500_000, "events": 1_000_000}
FIRST_DAY, LAST_DAY = "2024-11-21", "2025-11-20"
# Two shops that chance made are never equal; what they say of themselves may differ by this factor.
LIKENESS = 2.5
LARGER = 4


def sizes(factor=1):
    return [word for name, size in SIZES.items() for word in (f"--{name}", size * factor)]


def souk_command(directory, factor=1):
    return [souk(), "generate", "history", "--out", directory, "--first-day", FIRST_DAY, "--last-day", LAST_DAY,
            "--seed", 1, *sizes(factor)]


def differences(ours, theirs):
    for name, peer in theirs.items():
        mine = ours[name]
        # A session is written to its end, so events may run a little over the number asked for.
        if not peer["rows"] <= mine["rows"] <= peer["rows"] * 1.01:
            yield f"{name}: {mine['rows']} rows, the peer has {peer['rows']}"
        if mine["columns"] != peer["columns"]:
            yield f"{name}: columns that only one has: {sorted(set(mine['columns']) ^ set(peer['columns']))}"
        if mine["days"] != peer["days"]:
            yield f"{name}: {mine['days']} dated folders, the peer has {peer['days']}"
        for label, value in peer["statistics"].items():
            if not value / LIKENESS <= mine["statistics"][label] <= value * LIKENESS:
                yield f"{name}: {label} {mine['statistics'][label]:.3g}, the peer has {value:.3g}"


def main():
    given = arguments(__doc__).parse_args()
    interpreter = python("requirements.txt")
    print(machine())
    print(versions("faker", "numpy", "pandas", "pyarrow", interpreter=interpreter))
    with work_directory() as work:
        runs = [run(souk_command(work / f"souk{i}")) for i in range(given.rounds)]
        peer_command = [interpreter, BENCH / "peer" / "generate_shop.py", work / "peer", *sizes(), "--from", FIRST_DAY,
                        "--to", LAST_DAY]
        peer_runs = [run(peer_command) for _ in range(given.rounds)]
        shapes = [json.loads(run([interpreter, BENCH / "peer" / "shape.py", work / name]).output)
                  for name in ("souk0", "peer")]
        different = list(differences(*shapes))
        if different:
            refuse(different)
        larger = run(souk_command(work / "larger", LARGER))
        rows = [(name, one, work / folder, shape) for name, one, folder, shape in
                (("souk generate history", best(runs), "souk0", shapes[0]),
                 ("Faker, pandas, PyArrow", best(peer_runs), "peer", shapes[1]))]
        cells = [[name, *one.cells(), f"{size_mb(folder):.0f}", sum(s["files"] for s in shape.values())]
                 for name, one, folder, shape in rows]
        cells.append([f"souk, {LARGER} times the size", *larger.cells(), f"{size_mb(work / 'larger'):.0f}", ""])
    table(["", *RUN_COLUMNS, "MB written", "files"], cells)
    mine, peer = best(runs), best(peer_runs)
    verdict([
        (mine.seconds < 2, f"{mine.seconds:.2f} s (under 2 s)"),
        (max(mine.peak_mb, larger.peak_mb) < 200,
         f"{mine.peak_mb:.0f} MB, {larger.peak_mb:.0f} MB at {LARGER} times the size (under 200 MB)"),
        (True, f"{peer.seconds / mine.seconds:.0f} times as fast as the peer"),
    ])


if __name__ == "__main__":
    main()
