#!/usr/bin/env python3
"""Five million JSON order lines → clean, newest version of each, 366 day partitions: Souk, bare DuckDB, Spark."""

import json
import shutil

from measure import (BENCH, RUN_COLUMNS, arguments, best, machine, python, refuse, run, size_mb, souk, table, verdict,
                     versions, work_directory)

CLEAN = ("lake", "ecommerce", "clean", "stg_transactions")


def sums(interpreter, directory):
    return json.loads(run([interpreter, BENCH / "peer" / "lake_sums.py", directory]).output)


def souk_runs(work, data, rounds):
    """Ingests once, then builds the staging model anew in a copy of that state for every round."""
    base = work / "souk-base"
    ingest = run([souk(), "--data-dir", base, "--quiet", "ingest", data, "--as", "transactions"])
    runs = []
    for i in range(rounds):
        home = work / f"souk{i}"
        # Hard links: the raw files are only read.
        run(["cp", "-al", base, home])
        runs.append(run([souk(), "--data-dir", home, "--quiet", "build", "--only", "stg_transactions"]))
    return ingest, runs


def peer_runs(interpreter, script, data, out, rounds):
    runs = []
    for _ in range(rounds):
        shutil.rmtree(out, ignore_errors=True)
        runs.append(run([interpreter, BENCH / "peer" / script, data, out]))
    return runs


def main():
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--no-spark", action="store_true")
    given = parser.parse_args()
    spark = not given.no_spark and shutil.which("java") is not None
    interpreter = python("requirements.txt", *(["requirements-spark.txt"] if spark else []))
    print(machine())
    print(versions("duckdb", *(["pyspark"] if spark else []), interpreter=interpreter))
    if not spark:
        print("Spark is left out: " + ("as asked" if given.no_spark else "Java is not installed"))
    with work_directory() as work:
        run([interpreter, BENCH / "peer" / "order_lines.py", work / "orders", given.lines])
        print(f"input: {size_mb(work / 'orders'):.0f} MB of JSON lines")
        data = work / "orders"
        duckdb = peer_runs(interpreter, "lake_duckdb.py", data, work / "duckdb", given.rounds)
        ingest, mine = souk_runs(work, data, given.rounds)
        ours = sums(interpreter, (work / "souk0").joinpath(*CLEAN))
        results = {"duckdb": sums(interpreter, work / "duckdb")}
        if spark:
            spark_runs = peer_runs(interpreter, "lake_spark.py", data, work / "spark", given.rounds)
            results["spark"] = sums(interpreter, work / "spark")
    different = [f"{name}: {key} {value}, souk has {ours[key]}" for name, result in results.items()
                 for key, value in result.items() if key != "files" and ours[key] != value]
    if different:
        refuse(different)
    rows = [["souk build --only stg_transactions", *best(mine).cells(), ours["files"]],
            ["DuckDB statement", *best(duckdb).cells(), results["duckdb"]["files"]]]
    if spark:
        rows.append(["Spark local[2]", *best(spark_runs).cells(), results["spark"]["files"]])
    rows.append(["(souk ingest before it)", *ingest.cells(), ""])
    table(["", *RUN_COLUMNS, "files"], rows)
    ratio = best(mine).seconds / best(duckdb).seconds
    claims = [(ratio <= 1.2, f"{ratio:.2f} times the time of the DuckDB statement (at most 1.2)")]
    if spark:
        faster = best(spark_runs).seconds / best(mine).seconds
        claims.append((faster >= 5, f"{faster:.1f} times as fast as Spark (at least 5)"))
    verdict(claims)


if __name__ == "__main__":
    main()
