#!/usr/bin/env python3
"""franz-go, a Kafka client in Go, against the embedded broker: kafka_go/ says what it does."""

import tempfile
from pathlib import Path

import go_program
from embedded_broker import Broker


def main():
    with tempfile.TemporaryDirectory(prefix="souk-go-") as directory:
        program = Path(directory) / "kafka_go"
        go_program.build(".", program)
        with Broker(directory) as broker:
            print(go_program.run(program, broker.address, timeout=120), end="")
            broker.stop()
            print("versions used: " + broker.use())


if __name__ == "__main__":
    main()
