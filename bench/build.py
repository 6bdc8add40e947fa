#!/usr/bin/env python3
"""`souk build` of the default shop and of one ten times its size beside a bare DuckDB script that makes the same tables;
a day more on 90; Online Retail from file to figures."""

import json
import lzma
import os
import shutil
import sys
from decimal import Decimal
from pathlib import Path

from generate import FIRST_DAY, LAST_DAY, souk_command
from measure import (BENCH, REPOSITORY, RUN_COLUMNS, Run, arguments, best, machine, python, refuse, run, souk, souk_json,
                     table, verdict, versions, work_directory)

DATA = Path(os.environ.get("SOUK_SHOP_DATA", REPOSITORY.parent / "shared" / "data"))
RECOMPUTE = REPOSITORY / "tests" / "independent" / "recompute.py"
FIGURES = ("revenue", "transactions", "orders", "units", "sessions")


def overview(home, first, last):
    return souk_json(home, "report", "sales_overview", "--from", first, "--to", last)[0]


def compare(label, expected, got):
    return [f"{label}: {name} {got[name]}, expected {expected[name]}" for name in FIGURES
            if Decimal(str(got[name])) != Decimal(str(expected[name]))]


def shop(work, factor, rounds, interpreter):
    """Generates a shop, ingests it once and builds it `rounds` times from nothing, in turn with the peer."""
    directory, base = work / f"shop{factor}", work / f"base{factor}"
    run(souk_command(directory, factor))
    ingest = run([souk(), "--data-dir", base, "--quiet", "ingest", directory])
    truth = json.loads((directory / "truth.json").read_text(), parse_float=Decimal)
    builds, peers, differences = [], [], []
    for i in range(rounds):
        home, out = work / f"home{factor}-{i}", work / f"peer{factor}-{i}"
        run(["cp", "-al", base, home])
        builds.append(run([souk(), "--data-dir", home, "--quiet", "build"]))
        peers.append(run([interpreter, BENCH / "peer" / "build_duckdb.py", directory, out]))
        got = overview(home, FIRST_DAY, LAST_DAY)
        differences += compare(f"shop × {factor}", truth["totals"], got)
        differences += compare(f"shop × {factor}, peer", got, json.loads(peers[-1].output, parse_float=Decimal))
        shutil.rmtree(home)
        shutil.rmtree(out)
    shutil.rmtree(directory)
    return ingest, best(builds), best(peers), differences


def one_more_day(work, rounds):
    """A full build of 91 days, and the build of the last of them on top of the 90 before it."""
    directory, base = work / "days", work / "days-base"
    first, last = "2025-08-22", LAST_DAY
    run([souk(), "generate", "history", "--out", directory, "--first-day", first, "--last-day", last, "--quiet"])
    truth = json.loads((directory / "truth.json").read_text(), parse_float=Decimal)
    new = [directory / record / last.replace("-", "/") for record in ("transactions", "clickstream")]
    for folder in new:
        (work / "new" / folder.relative_to(directory)).parent.mkdir(parents=True)
        folder.rename(work / "new" / folder.relative_to(directory))
    run([souk(), "--data-dir", base, "--quiet", "ingest", directory])
    run([souk(), "--data-dir", base, "--quiet", "build"])
    run([souk(), "--data-dir", base, "--quiet", "ingest", work / "new"])
    full, day, differences = [], [], []
    for i in range(rounds):
        home = work / f"day{i}"
        run(["cp", "-a", base, home])
        day.append(run([souk(), "--data-dir", home, "--quiet", "build"]))
        differences += compare("one more day", truth["totals"], overview(home, first, last))
        full.append(run([souk(), "--data-dir", home, "--quiet", "build", "--full"]))
        differences += compare("91 days", truth["totals"], overview(home, first, last))
        shutil.rmtree(home)
    return best(full), best(day), differences


def online_retail(work, rounds):
    """Seconds of ingest and build together, and the independent program's on the same file."""
    packed = DATA / "online_retail.csv.xz"
    if not packed.is_file():
        return None
    plain = work / "online_retail.csv"
    plain.write_bytes(lzma.decompress(packed.read_bytes()))
    peer = run([sys.executable, RECOMPUTE, "online-retail", plain])
    both = []
    for i in range(rounds):
        home = work / f"retail{i}"
        ingest = run([souk(), "--data-dir", home, "--quiet", "ingest", plain, "--as", "transactions"])
        build = run([souk(), "--data-dir", home, "--quiet", "build"])
        both.append(Run(ingest.seconds + build.seconds, ingest.cpu + build.cpu, max(ingest.peak_mb, build.peak_mb), ""))
    expected = json.loads(peer.output)
    got = overview(home, expected["period"]["from"], expected["period"]["to"])
    return best(both), peer, compare("Online Retail", expected["whole"], got)


def main():
    given = arguments(__doc__).parse_args()
    print(machine())
    interpreter = python("requirements.txt")
    print(versions("duckdb", interpreter=interpreter))
    with work_directory() as work:
        ingest, build, peer, differences = shop(work, 1, given.rounds, interpreter)
        large_ingest, large, large_peer, more = shop(work, 10, 1, interpreter)
        days, day, of_days = one_more_day(work, given.rounds)
        retail = online_retail(work, given.rounds)
    differences += more + of_days + (retail[2] if retail else [])
    if differences:
        refuse(differences)
    rows = [["ingest, default sizes", *ingest.cells()], ["build, default sizes", *build.cells()],
            ["bare DuckDB, default sizes", *peer.cells()],
            ["ingest, ten times", *large_ingest.cells()], ["build, ten times", *large.cells()],
            ["bare DuckDB, ten times", *large_peer.cells()],
            ["build, default sizes in 91 days", *days.cells()], ["build, one new day on 90", *day.cells()]]
    claims = [(build.seconds <= 1.2 * peer.seconds,
               f"build {build.seconds / peer.seconds:.2f} times bare DuckDB's time (at most 1.2)"),
              (build.seconds < 8, f"{build.seconds:.1f} s (under 8 s)"),
              (large.seconds <= 10 * build.seconds,
               f"ten times the size {large.seconds / build.seconds:.1f} times the time (at most 10)"),
              (large.peak_mb < 4096, f"{large.peak_mb:.0f} MB (under 4 GB)"),
              (day.seconds <= days.seconds / 5,
               f"one new day on 90 {day.seconds / days.seconds:.0%} of a full build (at most a fifth)")]
    if retail:
        rows += [["Online Retail, ingest + build", *retail[0].cells()],
                 ["the same figures in plain Python", *retail[1].cells()]]
        claims.append((retail[0].seconds < 6, f"Online Retail {retail[0].seconds:.1f} s (under 6 s)"))
    else:
        print(f"Online Retail is left out: {DATA} does not hold it")
    table(["", *RUN_COLUMNS], rows)
    verdict(claims)


if __name__ == "__main__":
    main()
