#!/usr/bin/env python3
"""Runs tests/contract/kafka_suite.py against the embedded broker, and against Apache Kafka 4.1, which is started for it.
KAFKA=host:port (or an argument) names one that runs already. Both must answer alike, in every version that Souk offers."""

import os
import sys
import tempfile
from pathlib import Path

import apache_kafka
import jars
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


def against_kafka(directory, versions):
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("KAFKA")
    if named:
        return run("Kafka", named, versions)
    try:
        with apache_kafka.Kafka(directory) as kafka:
            # Kafka does much in the background: on a busy machine an answer may be right and early. What is wrong twice is.
            return any(run(f"Kafka {apache_kafka.VERSION}", kafka.address, versions) for _ in range(2))
    except jars.Missing as why:
        print(f"skipped: the same suite against Apache Kafka, for {why}; KAFKA=host:port names one that runs")
        return True


def main():
    with tempfile.TemporaryDirectory(prefix="souk-contract-") as directory:
        with Broker(directory) as broker:
            wire = Wire(broker.address)
            versions = wire.versions
            wire.close()
            good = run("Souk", broker.address, versions)
            broker.stop()
        good = against_kafka(Path(directory) / "kafka", versions) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
