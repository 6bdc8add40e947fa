#!/usr/bin/env python3
"""franz-go, a Kafka client in Go, against the embedded broker: kafka_go/ says what it does. Where there is no Go, or one that is
too old, or its modules cannot be fetched, the test is skipped."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from embedded_broker import Broker

SOURCE = Path(__file__).resolve().parent / "kafka_go"


def go(*words, timeout):
    return subprocess.run(["go", *words], cwd=SOURCE, capture_output=True, text=True, timeout=timeout, check=False)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(0)


def build(program):
    if not shutil.which("go"):
        skip("there is no go on this machine")
    try:
        fetched = go("mod", "download", timeout=120)
    except subprocess.TimeoutExpired:
        skip("the modules of kafka_go/go.mod could not be fetched in 120 s")
    if fetched.returncode != 0:
        skip(f"the modules of kafka_go/go.mod cannot be had: {fetched.stderr.strip()[:300]}")
    built = go("build", "-o", str(program), ".", timeout=300)
    if built.returncode != 0:
        sys.exit(f"kafka_go/ does not build: {built.stderr[-2000:]}")


def main():
    with tempfile.TemporaryDirectory(prefix="souk-go-") as directory:
        program = Path(directory) / "kafka_go"
        build(program)
        with Broker(directory) as broker:
            done = subprocess.run([program, broker.address], capture_output=True, text=True, timeout=120, check=False)
            print(done.stdout + done.stderr, end="")
            if done.returncode != 0:
                sys.exit(f"franz-go: ended with {done.returncode}")
            broker.stop()
            print("versions used: " + broker.use())


if __name__ == "__main__":
    main()
