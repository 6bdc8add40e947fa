#!/usr/bin/env python3
"""The embedded broker beside Apache Kafka 4.1: one librdkafka client, one run, both without syncing every write."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from measure import REPOSITORY, arguments, built, machine, refuse, souk, table, verdict, versions, work_directory

sys.path.insert(0, str(REPOSITORY / "tests" / "interop"))
import apache_kafka  # noqa: E402
import jars  # noqa: E402

RECORDS, SIZE, PARTITIONS = 2_000_000, 200, 3
SINGLES = 1_000_000  # records in batches of one
MANY = 1000          # partitions
READS = 3            # of what was produced once
TICKS = 100          # of the kernel's processor account, per second


class Souk:
    """`souk up --only broker`; the same members as apache_kafka.Kafka."""

    def __init__(self, directory):
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [souk(), "--data-dir", directory, "--set", "broker.port=0", "--set", "broker.flush=os", "up", "--only", "broker"],
            stdout=subprocess.PIPE, text=True)
        match = re.match(r"kafka://(\S+)", self.process.stdout.readline())
        if not match:
            sys.exit("the broker did not start")
        self.address = match[1]
        self.started_s = time.monotonic() - begin

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def touch_memory(directory):
    """A virtual machine hands out memory that was not used for long slowly, page by page. What the page cache takes
    for the records has been used just before, for both brokers alike."""
    path = directory / "touch"
    with open(path, "wb") as file:
        for _ in range(1536):
            file.write(bytes(1 << 20))
    path.unlink()


class Measured:
    """One broker: what it did, and what that cost it."""

    def __init__(self, name, broker, load, began):
        self.name, self.broker, self.load = name, broker, load
        self.status = Path(f"/proc/{broker.process.pid}")
        self.first_ms = 1000 * (self.run("first", "first-topic")["at"] - began)
        time.sleep(2)
        self.idle_mb = self.resident_mb()

    def resident_mb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", (self.status / "status").read_text())[1]) / 1024

    def cpu_s(self):
        fields = (self.status / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def run(self, verb, *words):
        before = self.cpu_s()
        done = subprocess.run([self.load, verb, self.broker.address, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{self.name}: {verb} failed: {done.stderr}")
        return {**json.loads(done.stdout), "cpu": self.cpu_s() - before, "at": time.monotonic()}

    def topic(self, name, partitions):
        """Made with Kafka's own tool, for both alike."""
        subprocess.run(apache_kafka.java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.broker.address,
                                         "--create", "--topic", name, "--partitions", partitions,
                                         "--replication-factor", 1), check=True, stdout=subprocess.DEVNULL)


def produce_and_consume(work, brokers, name, records, codec, batch, partitions):
    """Both brokers in turn, and what they took: [(produce, consume), …]. A read lasts less than a second, so the
    fastest of several counts, of the two in turn."""
    produces = []
    for one in brokers:
        one.topic(name, partitions)
        touch_memory(work)
        produces.append(one.run("produce", name, records, SIZE, codec, batch))
    reads = [[one.run("consume", name, records, partitions) for one in brokers] for _ in range(READS)]
    taken, differences = [], []
    for one, produced, read in zip(brokers, produces, zip(*reads)):
        consumed = min(read, key=lambda each: each["seconds"])
        taken.append((produced, consumed))
        if produced["failed"] or not produced["records"] == consumed["records"] == records:
            differences.append(f"{one.name}, {name}: {produced['records']} produced, {consumed['records']} consumed")
        if produced["sum"] != consumed["sum"]:
            differences.append(f"{one.name}, {name}: what was consumed is not what was produced")
    if differences:
        refuse(differences)
    return taken


def rate(one):
    return one["records"] / one["seconds"]


def row(label, taken, i):
    ours, theirs = (pair[i] for pair in taken)
    return [label, f"{rate(ours) / 1e6:.2f}", f"{rate(theirs) / 1e6:.2f}", f"{rate(ours) / rate(theirs):.2f}",
            f"{ours['cpu']:.2f}", f"{theirs['cpu']:.2f}"]


def best(rounds, i):
    """Of several rounds the fastest of each broker."""
    return [min((taken[broker] for taken in rounds), key=lambda pair: pair[i]["seconds"]) for broker in (0, 1)]


def main():
    given = arguments(__doc__).parse_args()
    try:
        jars.folder("kafka")
    except jars.Missing as why:
        sys.exit(f"Apache Kafka cannot run here: {why}")
    print(machine())
    print(f"{versions()}, Apache Kafka {apache_kafka.VERSION}")
    print(f"{RECORDS} records of {SIZE} bytes, {PARTITIONS} partitions, acks=all")
    with work_directory() as work:
        load = built("kafka_load")
        began = time.monotonic()
        ours = Measured("Souk", Souk(work / "souk"), load, began)
        began = time.monotonic()
        theirs = Measured("Kafka", apache_kafka.Kafka(work / "kafka"), load, began)
        brokers = (ours, theirs)
        rows, takes, everything = [], {}, []
        for i in range(2):
            produce_and_consume(work, brokers, f"warm-{i}", RECORDS, "none", 10000, PARTITIONS)
        for codec in ("none", "lz4"):
            rounds = [produce_and_consume(work, brokers, f"{codec}-{i}", RECORDS, codec, 10000, PARTITIONS)
                      for i in range(given.rounds)]
            everything += rounds
            for i, verb in enumerate(("produce", "consume")):
                takes[verb, codec] = best(rounds, i)
                rows.append(row(f"{verb}, {codec}", takes[verb, codec], i))
        singles = produce_and_consume(work, brokers, "singles", SINGLES, "none", 1, PARTITIONS)
        rows += [row("produce, batches of one", singles, 0), row("consume, batches of one", singles, 1)]
        many = produce_and_consume(work, brokers, "many", SINGLES, "none", 10000, MANY)
        rows += [row(f"produce, {MANY} partitions", many, 0), row(f"consume, {MANY} partitions", many, 1)]
        loaded_mb = [one.resident_mb() for one in brokers]
        latencies = []
        for one in brokers:
            one.topic("latency", 1)
            latencies.append(one.run("latency", "latency", 10_000, 10))
        for one in brokers:
            one.broker.stop()
    table(["million records/s", "souk", "kafka", "times", "souk CPU s", "kafka CPU s"], rows)
    print()
    table(["", "souk", "kafka"], [
        ["first record acknowledged, ms after the start", f"{ours.first_ms:.0f}", f"{theirs.first_ms:.0f}"],
        ["resident, idle, MB", f"{ours.idle_mb:.0f}", f"{theirs.idle_mb:.0f}"],
        ["resident, after the load, MB", f"{loaded_mb[0]:.0f}", f"{loaded_mb[1]:.0f}"],
        ["end to end at 10 000/s, p50 ms", *(f"{one['p50_ms']:.2f}" for one in latencies)],
        ["end to end at 10 000/s, p99 ms", *(f"{one['p99_ms']:.2f}" for one in latencies)]])

    def times(verb, codec, i):
        return rate(takes[verb, codec][0][i]) / rate(takes[verb, codec][1][i])

    spent = [sum(taken[broker][0]["cpu"] for taken in everything) for broker in (0, 1)]
    consumed = min(times("consume", codec, 1) for codec in ("none", "lz4"))
    verdict([
        (times("produce", "none", 0) >= 1.5, f"produce {times('produce', 'none', 0):.2f} times Kafka (at least 1.5)"),
        (times("produce", "lz4", 0) >= 1.15, f"with lz4 {times('produce', 'lz4', 0):.2f} times (at least 1.15)"),
        (spent[0] <= spent[1] / 4, f"{spent[0] / spent[1]:.0%} of its CPU (at most a quarter)"),
        (consumed >= 1, f"consume {consumed:.2f} times (at least 1)"),
        (ours.first_ms < 100, f"first record after {ours.first_ms:.0f} ms (under 100)"),
        (ours.idle_mb < 30, f"{ours.idle_mb:.0f} MB idle (under 30)"),
        (loaded_mb[0] < 150, f"{loaded_mb[0]:.0f} MB after the load (under 150)"),
        (latencies[0]["p99_ms"] <= latencies[1]["p99_ms"],
         f"p99 {latencies[0]['p99_ms']:.2f} ms (at most Kafka's {latencies[1]['p99_ms']:.2f})")])


if __name__ == "__main__":
    main()
