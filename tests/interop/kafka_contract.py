#!/usr/bin/env python3
"""Runs tests/contract/kafka_suite.py against the embedded broker, and against Apache Kafka when KAFKA=host:port names one
(or the address is given as an argument). Both must answer alike, in every version that both offer."""

import os
import sys
import tempfile
from pathlib import Path

from embedded_broker import Broker

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "contract"))
from kafka_suite import Suite, Wire  # noqa: E402


def run(name, address, versions):
    suite = Suite(address, versions)
    suite.run()
    for failure in suite.failures:
        print(f"{name}: {failure}")
    print(f"{name}: {suite.checks} answers compared, {len(suite.failures)} not as expected")
    return not suite.failures


def main():
    kafka = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("KAFKA")
    with tempfile.TemporaryDirectory(prefix="souk-contract-") as directory, Broker(directory) as broker:
        wire = Wire(broker.address)
        versions = wire.versions
        wire.close()
        good = run("Souk", broker.address, versions)
        broker.stop()
    if kafka:
        good = run("Kafka", kafka, versions) and good
    else:
        print("skipped: the same suite against Apache Kafka; KAFKA=host:port names one that runs")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
