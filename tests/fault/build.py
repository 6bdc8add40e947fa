#!/usr/bin/env python3
"""Kills `souk build` and proves that the next build ends where a build without a kill does.

Usage: build.py [--rounds N]      SOUK=path of the program (default build/souk)

First at every named point of src/warehouse/crash_point.h, then N times at a random moment (kill -9). After each kill the
build runs again, and every table, read through `souk sql`, must be what a build without a kill made; before that, what
the last good build made must still be served.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUK = os.environ.get("SOUK", str(ROOT / "build/souk"))
TABLES = ["dim_users", "dim_products", "dim_date", "fact_transactions", "fact_clickstream", "fact_sessions",
          "agg_daily_sales", "clean.stg_transactions", "clean.stg_clickstream"]


def souk(directory, *args, env=None, check=True):
    done = subprocess.run([SOUK, "--data-dir", str(directory), *args], capture_output=True, text=True,
                          env={**os.environ, **(env or {})})
    if check and done.returncode:
        sys.exit(f"souk {' '.join(args)} failed with {done.returncode}: {done.stderr}")
    return done


def contents(directory):
    """Every table's rows as one number that does not depend on their order."""
    query = ";".join(f"SELECT '{t}' AS t, count(*) AS n, sum(CAST(hash(CAST(x AS VARCHAR)) AS HUGEINT)) AS h FROM {t} x" for t in TABLES)
    return souk(directory, "sql", query, "--format", "csv").stdout


def prepare(base, shop):
    """A directory with a first build and new input that waits for a second."""
    days = sorted((shop / "transactions").rglob("*.csv"))
    first = base / "first"
    for path in [shop / "users", shop / "products", *[d for d in days[: len(days) // 2]], *sorted((shop / "clickstream").rglob("*.csv"))]:
        target = first / path.relative_to(shop)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    data = base / "data"
    souk(data, "ingest", str(first), "-q")
    souk(data, "build", "-q")
    before = contents(data)
    souk(data, "ingest", str(shop), "-q")
    return data, before


def verify(name, copy, before, after):
    served = contents(copy)
    if served not in (before, after):
        sys.exit(f"{name}: what is served after the kill is neither the old nor the new version\n{served}")
    souk(copy, "build", "-q")
    if contents(copy) != after:
        sys.exit(f"{name}: the build after the kill ended in another state\n{contents(copy)}\nexpected\n{after}")
    again = souk(copy, "build", "-q").stdout
    if "up to date" not in again:
        sys.exit(f"{name}: a further build found something to do\n{again}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    points = re.findall(r'^\s+"(\w+)",', (ROOT / "src/warehouse/crash_point.h").read_text(), re.M)
    with tempfile.TemporaryDirectory(prefix="souk-fault-") as name:
        base = pathlib.Path(name)
        shop = base / "shop"
        subprocess.run([SOUK, "generate", "history", "--out", str(shop), "--users", "200", "--products", "50", "--transactions",
                        "3000", "--events", "6000", "--first-day", "2025-01-01", "--last-day", "2025-02-10", "--format", "csv", "-q"], check=True)
        data, before = prepare(base, shop)
        whole = base / "whole"
        shutil.copytree(data, whole)
        began = time.monotonic()
        souk(whole, "build", "-q")
        seconds = time.monotonic() - began
        after = contents(whole)
        if after == before:
            sys.exit("the second build changed nothing, so this proves nothing")
        copy = base / "copy"
        for point in points:
            for occurrence in (1, 2):
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(data, copy)
                done = souk(copy, "build", "-q", env={"SOUK_CRASH_AT": f"{point}:{occurrence}"}, check=False)
                if done.returncode != 137:
                    if occurrence == 1:
                        sys.exit(f"{point}: the build did not come by there (exit {done.returncode}): {done.stderr}")
                    continue
                verify(f"killed at {point}:{occurrence}", copy, before, after)
            print(f"killed at {point}: healed", flush=True)
        generator = random.Random(1)
        for n in range(rounds):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(data, copy)
            running = subprocess.Popen([SOUK, "--data-dir", str(copy), "build", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(generator.uniform(0, seconds))
            running.send_signal(signal.SIGKILL)
            running.wait()
            verify(f"round {n}", copy, before, after)
        print(f"killed at {len(points)} points and {rounds} random moments: every build after a kill ended in the same state")


if __name__ == "__main__":
    main()
