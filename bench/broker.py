#!/usr/bin/env python3
"""The embedded broker beside Apache Kafka 4.1: one librdkafka client, one run, both without syncing every write."""

import json
import os
import re
import statistics
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
ROUNDS = 7
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


def calm(directory):
    """The same machine for both brokers. A virtual machine hands out memory that was not used for long slowly, page by
    page: what the page cache takes for the records has been used just before. And the system does not write behind
    the one's back what the other left unwritten."""
    path = directory / "touch"
    with open(path, "wb") as file:
        for _ in range(1536):
            file.write(bytes(1 << 20))
    path.unlink()
    os.sync()


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
    """Both brokers in turn: what each produced, and pairs of what each consumed."""
    produces = {}
    for one in brokers:
        one.topic(name, partitions)
        calm(work)
        produces[one.name] = one.run("produce", name, records, SIZE, codec, batch)
    os.sync()
    reads = [{one.name: one.run("consume", name, records, partitions) for one in (brokers, brokers[::-1])[i % 2]}
             for i in range(READS)]
    differences = []
    for one in brokers:
        produced = produces[one.name]
        for consumed in (read[one.name] for read in reads):
            if produced["failed"] or not produced["records"] == consumed["records"] == records:
                differences.append(f"{one.name}, {name}: {produced['records']} produced, {consumed['records']} consumed")
            elif produced["sum"] != consumed["sum"]:
                differences.append(f"{one.name}, {name}: what was consumed is not what was produced")
    if differences:
        refuse(differences)
    return produces, reads


def rate(one):
    return one["records"] / one["seconds"]


class Compared:
    """The same work by both, several times in turn: [{name: run}]."""

    def __init__(self, label, runs):
        self.label, self.runs = label, runs
        self.times = self.middle("Souk", rate) / self.middle("Kafka", rate)
        # A median of independent values near the normal distribution has the mean's error times 1.253.
        ratios = [rate(run["Souk"]) / rate(run["Kafka"]) for run in runs]
        self.error = 1.253 * statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) > 1 else 0

    def __str__(self):
        return f"{self.times:.2f} ± {self.error:.2f}"

    def middle(self, name, of):
        return statistics.median(of(run[name]) for run in self.runs)

    def cpu(self, name):
        return sum(run[name]["cpu"] for run in self.runs)

    def row(self):
        return [self.label, *(f"{self.middle(name, rate) / 1e6:.2f}" for name in ("Souk", "Kafka")),
                str(self) if self.error else f"{self.times:.2f}",
                *(f"{self.middle(name, lambda run: run['cpu']):.2f}" for name in ("Souk", "Kafka"))]


def main():
    parser = arguments(__doc__)
    parser.set_defaults(rounds=ROUNDS)
    given = parser.parse_args()
    try:
        jars.folder("kafka")
    except jars.Missing as why:
        sys.exit(f"Apache Kafka cannot run here: {why}")
    print(machine())
    print(f"{versions()}, Apache Kafka {apache_kafka.VERSION}")
    print(f"{RECORDS} records of {SIZE} bytes, {PARTITIONS} partitions, acks=all; the median of {given.rounds} rounds")
    with work_directory() as work:
        load = built("kafka_load")
        began = time.monotonic()
        ours = Measured("Souk", Souk(work / "souk"), load, began)
        began = time.monotonic()
        theirs = Measured("Kafka", apache_kafka.Kafka(work / "kafka"), load, began)
        brokers = (ours, theirs)
        for i in range(2):
            produce_and_consume(work, brokers, f"warm-{i}", RECORDS, "none", 10000, PARTITIONS)
        produced, consumed = {}, {}
        for codec in ("none", "lz4"):
            rounds = [produce_and_consume(work, (brokers, brokers[::-1])[i % 2], f"{codec}-{i}", RECORDS, codec, 10000,
                                          PARTITIONS) for i in range(given.rounds)]
            produced[codec] = Compared(f"produce, {codec}", [produces for produces, _ in rounds])
            consumed[codec] = Compared(f"consume, {codec}", [read for _, reads in rounds for read in reads])
        others = []
        for label, batch, partitions in (("batches of one", 1, PARTITIONS), (f"{MANY} partitions", 10000, MANY)):
            produces, reads = produce_and_consume(work, brokers, f"more-{batch}", SINGLES, "none", batch, partitions)
            others += [Compared(f"produce, {label}", [produces]), Compared(f"consume, {label}", reads)]
        loaded_mb = [one.resident_mb() for one in brokers]
        latencies = []
        for one in brokers:
            one.topic("latency", 1)
            latencies.append(one.run("latency", "latency", 10_000, 10))
        for one in brokers:
            one.broker.stop()
    both = [compared for codec in ("none", "lz4") for compared in (produced[codec], consumed[codec])]
    table(["million records/s", "souk", "kafka", "times", "souk CPU s", "kafka CPU s"],
          [compared.row() for compared in both + others])
    print()
    table(["", "souk", "kafka"], [
        ["first record acknowledged, ms after the start", f"{ours.first_ms:.0f}", f"{theirs.first_ms:.0f}"],
        ["resident, idle, MB", f"{ours.idle_mb:.0f}", f"{theirs.idle_mb:.0f}"],
        ["resident, after the load, MB", f"{loaded_mb[0]:.0f}", f"{loaded_mb[1]:.0f}"],
        ["end to end at 10 000/s, p50 ms", *(f"{one['p50_ms']:.2f}" for one in latencies)],
        ["end to end at 10 000/s, p99 ms", *(f"{one['p99_ms']:.2f}" for one in latencies)]])

    spent = [sum(compared.cpu(name) for compared in produced.values()) for name in ("Souk", "Kafka")]
    reading = ", ".join(f"{codec} {compared}" for codec, compared in consumed.items())
    verdict([
        (produced["none"].times >= 1.5, f"produce {produced['none']} times Kafka (at least 1.5)"),
        (produced["lz4"].times >= 1.15, f"with lz4 {produced['lz4']} times (at least 1.15)"),
        (spent[0] <= spent[1] / 4, f"{spent[0] / spent[1]:.0%} of its CPU (at most a quarter)"),
        (all(compared.times >= 1 for compared in consumed.values()), f"consume {reading} times (at least 1)"),
        (ours.first_ms < 100, f"first record after {ours.first_ms:.0f} ms (under 100)"),
        (ours.idle_mb < 30, f"{ours.idle_mb:.0f} MB idle (under 30)"),
        (loaded_mb[0] < 150, f"{loaded_mb[0]:.0f} MB after the load (under 150)"),
        (latencies[0]["p99_ms"] <= latencies[1]["p99_ms"],
         f"p99 {latencies[0]['p99_ms']:.2f} ms (at most Kafka's {latencies[1]['p99_ms']:.2f})")])


if __name__ == "__main__":
    main()
