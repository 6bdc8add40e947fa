#!/usr/bin/env python3
"""The same dirty files in many orders, split and in several goes, must give one and the same warehouse.

    orders.py [--rounds N] [--seed S]      SOUK=path of the program (default build/souk)
"""
import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

SOUK = os.environ.get("SOUK", str(Path(__file__).resolve().parents[2] / "build" / "souk"))
SHOP = ("--users", 200, "--products", 60, "--transactions", 3000, "--events", 6000, "--format", "csv", "--dirt", "heavy",
        "--first-day", "2025-02-15", "--last-day", "2025-04-15")
LEAST = 12  # lines of a piece; of fewer that are mostly bad nobody can say what its columns are
RECORDS = ("users", "products", "transactions", "clickstream")


def souk(home, *args):
    command = [SOUK, "--data-dir", str(home), "--quiet", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode} of {' '.join(command[:8])} …\n{done.stderr[:2000]}")
    return done.stdout


def digest(home):
    """Table → what it holds; times of builds and their history are left out."""
    digests = {}
    for schema in ("ecommerce", "clean"):
        names = souk(home, "sql", f"SHOW TABLES IN {schema}", "--format", "csv").split()[1:]
        for name in names:
            if name != "data_quality_runs":
                rows = souk(home, "sql", f"SELECT * FROM {schema}.{name} ORDER BY ALL", "--format", "csv")
                digests[f"{schema}.{name}"] = hashlib.sha256(rows.encode()).hexdigest()
    return digests


def pieces(files, work, pick):
    """Every file, some of them cut into two or three."""
    for record, path in files:
        parts = pick.choice((1, 1, 2, 3))
        lines = path.read_bytes().splitlines(keepends=True)
        header, lines = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
        if parts == 1 or len(lines) < 2 * LEAST:
            yield record, path
            continue
        cuts = sorted(pick.sample(range(LEAST, len(lines) - LEAST + 1), 1 if len(lines) < 3 * LEAST else parts - 1))
        cuts = [0, *(cut for i, cut in enumerate(cuts) if i == 0 or cut - cuts[i - 1] >= LEAST), len(lines)]
        for i in range(len(cuts) - 1):
            piece = work / f"{len(list(work.iterdir()))}-{path.name}"
            piece.write_bytes(b"".join(header + lines[cuts[i]:cuts[i + 1]]))
            yield record, piece


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="souk-orders-") as name:
        work = Path(name)
        souk(work, "generate", "history", "--out", work / "shop", *SHOP)
        files = [(record, path) for record in RECORDS for path in sorted((work / "shop" / record).rglob("*.*"))]
        souk(work / "whole", "ingest", work / "shop")
        souk(work / "whole", "build")
        expected = digest(work / "whole")
        print(f"{len(files)} files, {len(expected)} tables")
        for seed in range(given.seed, given.seed + given.rounds):
            pick = random.Random(seed)
            cut = work / f"cut{seed}"
            cut.mkdir()
            todo = list(pieces(files, cut, pick))
            pick.shuffle(todo)
            goes = pick.randint(1, 4)
            home = work / f"home{seed}"
            for go in range(goes):
                for record in RECORDS:
                    batch = [path for kind, path in todo[go::goes] if kind == record]
                    if batch:
                        souk(home, "ingest", *batch, "--as", record)
                souk(home, "build")
            got = digest(home)
            differ = sorted(name for name in expected if got.get(name) != expected[name])
            print(f"seed {seed}: {len(todo)} files in {goes} goes, {len(differ)} tables differ", *differ, flush=True)
            if differ:
                sys.exit(1)
    print(f"{given.rounds} orders, one result")


if __name__ == "__main__":
    main()
