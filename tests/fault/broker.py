#!/usr/bin/env python3
"""Kills the broker under load and proves that nothing acknowledged is lost or doubled.

Usage: broker.py [--rounds N] [--producers N]      SOUK=path of the program (default build/souk)

Idempotent producers (librdkafka, acks=all) write all the time while `souk up --only broker` is killed with -9 at random
moments and started again, N times; every flush mode has its share of the rounds. At the end the log is read: each
acknowledged record must be there once, at the offset that was acknowledged, and offsets must have no gaps.
"""
import argparse
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUK = os.environ.get("SOUK", str(ROOT / "build/souk"))
LOAD = os.environ.get("SOUK_BROKER_LOAD", str(ROOT / "build/tests/fault/broker_load"))
TOPIC = "ecommerce-transactions"
START_S = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    def __init__(self, directory, port, flush):
        self.log = open(directory / "broker.log", "a")
        self.command = [SOUK, "--data-dir", str(directory / "data"), "up", "--only", "broker",
                        "--set", f"broker.port={port}", "--set", f"broker.flush={flush}", "--set", "broker.segment=4MiB",
                        "--set", "broker.flush_interval=50ms"]
        self.times = []

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not re.match(r"kafka://", line):
            self.fail(f"did not start: {line}")
        self.times.append(time.monotonic() - began)

    def fail(self, what):
        sys.exit(f"the broker {what}; its log:\n{pathlib.Path(self.log.name).read_text()[-4000:] or '(empty)'}")

    def must_live(self):
        """A broker that ends by itself would look like one that was killed."""
        if self.process.poll() is not None:
            self.fail(f"ended by itself with {self.process.returncode}, after {len(self.times)} starts")

    def kill(self):
        self.must_live()
        self.process.send_signal(signal.SIGKILL)
        if self.process.wait() != -signal.SIGKILL:
            self.fail(f"ended by itself with {self.process.returncode}, after {len(self.times)} starts")

    def stop(self):
        self.must_live()
        self.process.terminate()
        if self.process.wait(30) != 0:
            self.fail(f"ended with {self.process.returncode}")


def run(flush, rounds, producers, rng):
    with tempfile.TemporaryDirectory(prefix="souk-fault-broker-") as name:
        directory = pathlib.Path(name)
        port, ledger = free_port(), directory / "ledger"
        address = f"127.0.0.1:{port}"
        broker = Broker(directory, port, flush)
        broker.start()
        load = subprocess.Popen([LOAD, "produce", address, TOPIC, str(producers), str(ledger)])
        try:
            for _ in range(rounds):
                time.sleep(rng.uniform(0.05, 0.8))
                broker.kill()
                broker.start()
                if load.poll() is not None:
                    sys.exit(f"the producers ended with {load.returncode}")
            time.sleep(0.5)
            load.terminate()
            if load.wait(180) != 0:
                sys.exit(f"flush={flush}: some records were given up by the producers")
            broker.kill()
            broker.start()
            done = subprocess.run([LOAD, "verify", address, TOPIC, str(ledger)], capture_output=True, text=True, timeout=120)
            slowest = max(broker.times)
            print(f"flush={flush}, {rounds + 1} kills, slowest start {slowest * 1000:.0f} ms: {done.stdout.strip()}")
            if done.returncode:
                sys.exit(f"flush={flush}: {done.stderr}")
            broker.stop()
        finally:
            load.kill()
            broker.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--producers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    modes = ["interval", "os", "each"]
    for i, flush in enumerate(modes):
        rounds = args.rounds // len(modes) + (i < args.rounds % len(modes))
        if rounds:
            run(flush, rounds, args.producers, rng)
    print("nothing acknowledged was lost or doubled")


if __name__ == "__main__":
    main()
