#!/usr/bin/env python3
"""Souk's stream processor and Spark Structured Streaming read the same orders from the embedded broker. The figures of each
minute and city must be equal, to the cent."""

import os
import sys
import tempfile
from pathlib import Path

from embedded_broker import Broker

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import orders  # noqa: E402

RECORDS, TOPIC = 100_000, "orders"


def main():
    orders.jars.need("spark_kafka")
    with tempfile.TemporaryDirectory(prefix="souk-stream-") as name, Broker(name) as broker:
        work = Path(name)
        orders.create_topic([os.environ["SOUK"], "--data-dir", work / "souk-data", "--quiet"], TOPIC)
        produced = orders.produce(broker.address, TOPIC, RECORDS)
        ours = orders.souk_run(broker.address, TOPIC, produced["records"], orders.FIGURES, "memory", work / "windows.csv")
        orders.spark_run(sys.executable, broker.address, TOPIC, work / "spark")
        windows = orders.souk_windows(work / "windows.csv")
        found = orders.differences("Spark", windows, orders.peer_windows(work / "spark"))
        counted = sum(window["orders"] for window in windows.values())
        if ours["transactions"] != produced["records"] or counted != RECORDS:
            found.append(f"{ours['transactions']} of {produced['records']} orders were taken, {counted} are in windows")
        broker.stop()
    for difference in found[:20]:
        print(f"differs: {difference}")
    print(f"{RECORDS} orders, {len(windows)} windows of a minute and city: "
          f"{'equal in Souk and Spark' if not found else f'{len(found)} differences between Souk and Spark'}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
