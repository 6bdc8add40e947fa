#!/usr/bin/env python3
"""The living shop, a replayed file and the sink over the embedded broker. What confluent-kafka reads is what the ledger
says was acknowledged, and what the sink's files hold, each record once, also when the sink is killed again and again."""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from embedded_broker import Broker

TOPICS = ("ecommerce-clickstream", "ecommerce-transactions")
KILLS = 4


class Test:
    def __init__(self, directory, broker):
        self.directory, self.broker, self.failures = directory, broker, []

    def check(self, holds, what):
        if not holds:
            self.failures.append(what)
            print(f"not so: {what}")

    def command(self, *words):
        return [os.environ["SOUK"], "--data-dir", self.directory / "souk-data", *map(str, words)]

    def souk(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            sys.exit(f"exit code {done.returncode} of souk {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def read(self, topic):
        """(partition, offset) → (key, value) of a topic, as confluent-kafka sees it."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "reader", "enable.auto.commit": False})
        partitions = sorted(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in partitions}
        consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
        records = {}
        until = time.monotonic() + 30
        while len(records) < sum(ends.values()) and time.monotonic() < until:
            message = consumer.poll(0.5)
            if message is not None and not message.error():
                records[message.partition(), message.offset()] = (message.key(), message.value().decode())
        consumer.close()
        self.check(len(records) == sum(ends.values()), f"every offset of {topic} can be read")
        return records

    def sink(self, *words):
        return self.command("sink", *TOPICS, "--out", self.directory / "out", "--instance", "one", "--batch", 200, "--every",
                            1, *words)

    def live(self):
        ledger = self.directory / "ledger.csv"
        shop = subprocess.Popen(self.command("generate", "live", "--size", "small", "--rate", 1500, "--burst-for", 1,
                                             "--burst-every", 3, "--records", 20000, "--ledger", ledger, "-q"))
        # The sink is killed at any moment, and takes its place again.
        draw = random.Random(7)
        for _ in range(KILLS):
            sink = subprocess.Popen(self.sink(), stdout=subprocess.DEVNULL)
            time.sleep(draw.uniform(0.7, 1.6))
            sink.kill()
            sink.wait()
        self.check(shop.wait(120) == 0, "the living shop ends well")
        self.souk("sink", *self.sink("--until-end")[4:])

        records = {topic: self.read(topic) for topic in TOPICS}
        self.check(sum(map(len, records.values())) == 20000, "20 000 records were told")
        with open(ledger, newline="") as file:
            acknowledged = list(csv.reader(file))
        self.check(len(acknowledged) == 20000, "the ledger has every record")
        for _, topic, partition, offset, key, identity in acknowledged:
            got_key, value = records[topic].get((int(partition), int(offset)), (b"", "{}"))
            record = json.loads(value)
            if key.encode() != got_key or identity not in (record.get("event_id"), record.get("transaction_id")):
                self.check(False, f"{topic}-{partition}@{offset} is what the ledger says")
                break
        places = {}
        for topic in TOPICS:
            for (partition, _), (key, _) in records[topic].items():
                if places.setdefault((topic, key), partition) != partition:
                    self.check(False, f"all records of {key} are in one partition of {topic}")
        for topic in TOPICS:
            told = Counter(value for _, value in records[topic].values())
            written = Counter(line for path in (self.directory / "out").glob(f"{topic}-*.jsonl")
                              for line in path.read_text().splitlines())
            self.check(told == written, f"the files hold each record of {topic} once "
                                        f"({sum(told.values())} told, {sum(written.values())} written)")

    def replay(self):
        rows = [{"order_id": f"O{i}", "amount": f"{i},50", "note": None if i % 2 else 'says "yes"'} for i in range(9)]
        path = self.directory / "orders.csv"
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        self.souk("topics", "create", "replayed", "--partitions", 3)
        self.souk("generate", "replay", path, "--topic", "replayed", "--every", 0.01)
        records = self.read("replayed")
        self.check([json.loads(records[i % 3, i // 3][1]) for i in range(9)] == rows,
                   "a replayed file comes in its order, the partitions taking turns")


def main():
    with tempfile.TemporaryDirectory(prefix="souk-live-") as directory, Broker(directory) as broker:
        test = Test(Path(directory), broker)
        test.live()
        test.replay()
        broker.stop()
    print(f"the living shop, replay and sink: {'all as expected' if not test.failures else 'NOT as expected'}, "
          f"the sink was killed {KILLS} times")
    sys.exit(1 if test.failures else 0)


if __name__ == "__main__":
    main()
