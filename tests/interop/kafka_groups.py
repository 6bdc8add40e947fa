#!/usr/bin/env python3
"""Consumer groups of kafka-python and confluent-kafka against the embedded broker: members join, leave and crash while
producers write, and the broker is killed too. Every record must be read, committed offsets must never go back, and no
partition may have two owners at the end."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from embedded_broker import Broker

PARTITIONS = 6
RECORDS = 3000
WAIT_S = 60

# A member is a process, so that it can be killed. It prints one JSON line for each thing that happens.
MEMBER = r'''
import json, signal, sys
kind, address, topic, group, assignor, instance = sys.argv[1:7]
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
def say(**what): print(json.dumps(what), flush=True)
if kind == "confluent":
    from confluent_kafka import Consumer
    settings = {"bootstrap.servers": address, "group.id": group, "auto.offset.reset": "earliest", "session.timeout.ms": 6000,
                "heartbeat.interval.ms": 500, "enable.auto.commit": False, "partition.assignment.strategy": assignor}
    if instance != "-": settings["group.instance.id"] = instance
    consumer = Consumer(settings)
    consumer.subscribe([topic], on_assign=lambda c, p: say(assigned=[x.partition for x in p]),
                       on_revoke=lambda c, p: say(revoked=[x.partition for x in p]),
                       on_lost=lambda c, p: say(revoked=[x.partition for x in p]))
    while going:
        message = consumer.poll(0.2)
        if message is None: continue
        if message.error(): say(error=str(message.error())); continue
        say(value=int(message.value()), partition=message.partition(), offset=message.offset())
        try: consumer.commit(message, asynchronous=True)
        except Exception as error: say(error=str(error))
    if instance == "-": consumer.close()
else:
    import kafka
    from kafka.coordinator.assignors.range import RangePartitionAssignor
    from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
    class Listener(kafka.ConsumerRebalanceListener):
        def on_partitions_assigned(self, p): say(assigned=[x.partition for x in p])
        def on_partitions_revoked(self, p): say(revoked=[x.partition for x in p])
    assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}
    more = {} if instance == "-" else {"group_instance_id": instance}
    consumer = kafka.KafkaConsumer(bootstrap_servers=address, group_id=group, auto_offset_reset="earliest", session_timeout_ms=6000,
                                   heartbeat_interval_ms=500, enable_auto_commit=False,
                                   partition_assignment_strategy=[assignors[assignor]], **more)
    consumer.subscribe([topic], listener=Listener())
    while going:
        for partition, records in consumer.poll(timeout_ms=200).items():
            for record in records:
                say(value=int(record.value), partition=record.partition, offset=record.offset)
        try: consumer.commit()
        except Exception as error: say(error=str(error))
    consumer.close()
'''


class Member:
    def __init__(self, kind, address, topic, group, assignor, instance="-"):
        self.process = subprocess.Popen([sys.executable, "-c", MEMBER, kind, address, topic, group, assignor, instance],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.read, self.owned, self.assigned = [], set(), 0
        self.cooperative = assignor == "cooperative-sticky"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "value" in said:
                self.read.append((said["value"], said["partition"], said["offset"]))
            if "assigned" in said:
                self.owned = self.owned | set(said["assigned"]) if self.cooperative else set(said["assigned"])
                self.assigned += 1
            if "revoked" in said:
                self.owned -= set(said["revoked"])

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(30)
        self.owned = set()


def wait_for(what, condition):
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    sys.exit(f"after {WAIT_S} s still not: {what}")


def shared(members):
    """Whether each partition has one owner, and each member its share."""
    owners = Counter(p for m in members for p in m.owned)
    return len(owners) == PARTITIONS and max(owners.values()) == 1 and all(m.owned for m in members)


def produce(address, topic, first, count):
    producer = Producer({"bootstrap.servers": address, "enable.idempotence": True, "linger.ms": 5, "log.connection.close": False})
    for i in range(first, first + count):
        producer.produce(topic, str(i).encode(), partition=i % PARTITIONS)
        producer.poll(0)
        if i % 100 == 0:
            time.sleep(0.01)
    if producer.flush(WAIT_S) != 0:
        sys.exit("the producer could not deliver everything")


def run(kind, assignor, broker, static):
    topic = group = f"{kind}-{assignor}{'-static' if static else ''}"
    admin = AdminClient({"bootstrap.servers": broker.address})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result()
    name = lambda n: f"host-{n}" if static else "-"  # noqa: E731
    start = lambda n: Member(kind, broker.address, topic, group, assignor, name(n))  # noqa: E731
    everyone = members = [start(1)]
    wait_for("one member has all", lambda: shared(members))
    writer = threading.Thread(target=produce, args=(broker.address, topic, 0, RECORDS))
    writer.start()
    members = [*members, start(2), start(3)]
    everyone = list(members)
    wait_for("three members share", lambda: shared(members))
    members[1].end(signal.SIGTERM)
    if not static:  # a static member keeps its place when it leaves
        members = [members[0], members[2]]
        wait_for("two members share after one left", lambda: shared(members))
    else:
        members[1] = start(2)
        everyone.append(members[1])
        wait_for("the static member is back in its place", lambda: shared(members))
    rounds = members[0].assigned
    members[-1].end(signal.SIGKILL)
    if static:  # whoever comes under its name gets its partitions at once, and nobody else notices
        members[-1] = start(3)
        everyone.append(members[-1])
        wait_for("the successor has the killed member's partitions", lambda: shared(members))
        if kind == "confluent" and members[0].assigned != rounds:
            sys.exit("the others were made to rebalance for a static member")
    else:
        members = members[:-1]
        wait_for("one member has all after one crashed", lambda: shared(members))
    broker.kill()
    broker.start()
    writer.join()
    produce(broker.address, topic, RECORDS, 600)
    wanted = set(range(RECORDS + 600))
    wait_for("every record is read", lambda: {v for m in everyone for v, _, _ in m.read} >= wanted)
    for member in members:
        member.end(signal.SIGTERM if not static else signal.SIGKILL)
    for member in everyone:
        places = defaultdict(set)
        for value, partition, offset in member.read:
            places[value].add((partition, offset))
        if any(len(at) > 1 for at in places.values()):
            sys.exit("a record was found at two places")
    doubled = sum(len(m.read) for m in everyone) - len(wanted)
    print(f"{topic}: {len(wanted)} records read by {len(everyone)} members, {doubled} of them again after crashes")


def main():
    with tempfile.TemporaryDirectory(prefix="souk-groups-") as directory, Broker(directory) as broker:
        for kind, assignor, static in (("confluent", "range", False), ("confluent", "cooperative-sticky", False),
                                       ("confluent", "range", True), ("kafka-python", "range", False),
                                       ("kafka-python", "roundrobin", False)):
            run(kind, assignor, broker, static)
            broker.stop()
            print("versions used: " + broker.use())
            broker.start()
        broker.stop()


if __name__ == "__main__":
    main()
