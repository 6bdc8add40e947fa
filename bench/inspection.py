#!/usr/bin/env python3
"""A look at a CSV of order lines: souk inspect beside DuckDB's SUMMARIZE of the same file."""

import datetime
import json
from decimal import Decimal

from measure import (BENCH, RUN_COLUMNS, arguments, best, machine, python, refuse, run, souk, table, verdict,
                     versions, work_directory)


def plain(value):
    """A value of either program as something that can be compared."""
    if value is None:
        return None
    for read in (Decimal, lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)):
        try:
            return read(str(value))
        except (ValueError, ArithmeticError):
            pass
    return str(value)


def compare(mine, theirs):
    """Rows, nulls, smallest and largest value must be equal; distinct values too where Souk counts exactly."""
    if mine["rows"] != theirs["rows"]:
        yield f"rows {mine['rows']}, DuckDB has {theirs['rows']}"
    if [column["name"] for column in mine["columns"]] != [column["name"] for column in theirs["columns"]]:
        yield "the columns have other names"
        return
    for ours, other in zip(mine["columns"], theirs["columns"]):
        for key in ("nulls", "min", "max"):
            if plain(ours[key]) != plain(other[key]):
                yield f"{ours['name']}: {key} {ours[key]}, DuckDB has {other[key]}"
        error = abs(ours["distinct"] - other["distinct"]) / max(other["distinct"], 1)
        if error > (0 if ours["distinct_exact"] else 0.01):
            yield f"{ours['name']}: distinct {ours['distinct']}, DuckDB has {other['distinct']}"


def main():
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    given = parser.parse_args()
    interpreter = python("requirements.txt")
    print(machine())
    print(versions("duckdb", interpreter=interpreter))
    with work_directory() as work:
        data = work / "orders.csv"
        run([interpreter, BENCH / "peer" / "inspect_lines.py", data, given.lines])
        size = data.stat().st_size / 1e6
        print(f"input: {size:.0f} MB of CSV, {given.lines} lines")
        exact = json.loads(run([interpreter, BENCH / "peer" / "inspect_duckdb.py", data, "exact"]).output)
        command = [souk(), "--quiet", "inspect", data, "--format", "json", "--threads", "2"]
        mine = [run(command) for _ in range(given.rounds)]
        peer = [run([interpreter, BENCH / "peer" / "inspect_duckdb.py", data, "summarize"])
                for _ in range(given.rounds)]
    differences = list(compare(json.loads(mine[0].output), exact))
    if differences:
        refuse(differences)
    rate = size / best(mine).seconds
    table(["", *RUN_COLUMNS, "MB/s"],
          [["souk inspect", *best(mine).cells(), f"{rate:.0f}"],
           ["DuckDB SUMMARIZE", *best(peer).cells(), f"{size / best(peer).seconds:.0f}"]])
    verdict([(rate >= 200, f"{rate:.0f} MB/s on 2 threads (at least 200)")])


if __name__ == "__main__":
    main()
