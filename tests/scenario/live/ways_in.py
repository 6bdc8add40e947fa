#!/usr/bin/env python3
"""The same records ingested as files and sent through the broker: after a build every report is the same, byte by byte.

Usage: ways_in.py      SOUK=path of the program (default build/souk)

Customers and products come as files both times; orders and clicks once as files, once over their topics, in another order and some
of them twice.
"""
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shop import Shop

TOPICS = {"transactions": "$.order_id", "clickstream": "$.session_id"}
PERIOD = ("--from", "2025-02-01", "--to", "2025-03-31")
SHOP = ("--users", 120, "--products", 40, "--transactions", 1500, "--events", 4000, "--first-day", "2025-02-01", "--last-day",
        "2025-03-31", "--seed", 5, "--format", "json")
NO_PERIOD = ("days_of_cover", "products")
TWICE = 0.02


def lines_of(folder):
    return [line for path in sorted(folder.rglob("*.*")) for line in path.read_text().splitlines() if line]


def send(shop, files):
    draw, sent = random.Random(3), 0
    for record, key in TOPICS.items():
        lines = lines_of(files / record)
        lines += [line for line in lines if draw.random() < TWICE]
        draw.shuffle(lines)
        shop.produce(f"ecommerce-{record}", lines, key)
        sent += len(lines)
    return sent


def reports(shop):
    """Report → what it prints, of all there are; and the tables behind them."""
    names = [row["report"] for row in shop.rows("report")]
    texts = {name: shop.souk("report", name, *(() if name in NO_PERIOD else PERIOD), "--format", "csv") for name in names}
    for table in ("fact_transactions", "fact_clickstream"):
        texts[table] = shop.souk("sql", f"SELECT * FROM {table} ORDER BY ALL", "--format", "csv")
    return texts


def main():
    began = time.monotonic()

    def say(what):
        print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)

    with tempfile.TemporaryDirectory(prefix="souk-ways-in-") as name:
        work = Path(name)
        by_file, by_topic = Shop(work / "file"), Shop(work / "topic")
        by_file.directory.mkdir()
        by_topic.directory.mkdir()
        files = work / "shop"
        by_file.souk("generate", "history", "--out", files, *SHOP)
        by_file.souk("ingest", files)
        by_file.souk("build")
        say("built from files")
        by_topic.souk("ingest", files / "users", files / "products")
        by_topic.start(only="broker,lake,web")
        sent = send(by_topic, files)
        by_topic.wait(f"{sent} records in the lake", lambda: by_topic.in_lake() >= sent)
        say(f"{sent} records are in the lake over their topics")
        by_topic.souk("build")
        by_topic.stop()
        say("built from topics")
        with ThreadPoolExecutor(2) as both:
            expected, got = both.map(reports, (by_file, by_topic))
    empty = [what for what, text in expected.items() if text.count("\n") < 2]
    differ = [what for what in expected if expected[what] != got.get(what)]
    say(f"{len(expected)} reports and tables, {len(empty)} of them empty {empty or ''}")
    if differ or len(empty) > 3 or expected.keys() != got.keys():
        sys.exit(f"not the same: {', '.join(differ)}")
    print("the same whichever way they came")


if __name__ == "__main__":
    main()
