#!/usr/bin/env python3
"""10 000 connections that only wait, as a shop's clients do at night, while a producer and a consumer work: every record
arrives, every connection is still answered, and the broker's memory grows by little. Skipped where files are too few."""

import os
import resource
import socket
import struct
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from embedded_broker import Broker

CONNECTIONS = 10_000
FILES = CONNECTIONS + 500  # of this process; the broker, a child, inherits the limit and needs as many
RECORDS, SIZE = 200_000, 200
MAX_GROWTH_MB = 30
WAIT_S = 60

# ApiVersions in version 0: API key 18, correlation id 7, the client's name.
QUESTION = struct.pack(">ihhih4s", 14, 18, 0, 7, 4, b"idle")


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= FILES:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, max(hard, FILES)))
    except (ValueError, OSError):
        print(f"skipped: a process may open {hard} files here, and {FILES} are needed (ulimit -Hn)")
        sys.exit(0)


def take(connection, size):
    data = b""
    while len(data) < size:
        got = connection.recv(size - len(data))
        if not got:
            raise ConnectionError("the broker closed it")
        data += got
    return data


def ask(connections):
    """Every one of them asks which versions there are, and is answered. The questions are all sent before an answer is read."""
    for connection in connections:
        connection.sendall(QUESTION)
    for i, connection in enumerate(connections):
        try:
            correlation, error = struct.unpack(">ih", take(connection, struct.unpack(">i", take(connection, 4))[0])[:6])
        except OSError as problem:
            sys.exit(f"connection {i} of {len(connections)} is not answered: {problem}")
        if (correlation, error) != (7, 0):
            sys.exit(f"connection {i} is answered for request {correlation}, with error {error}")


def connect(address):
    host, port = address.rsplit(":", 1)
    connections = []
    for i in range(CONNECTIONS):
        try:
            connections.append(socket.create_connection((host, int(port)), timeout=WAIT_S))
        except OSError as problem:
            sys.exit(f"connection {i} of {CONNECTIONS}: {problem}")
    return connections


def resident_mb(broker):
    with open(f"/proc/{broker.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def cpu_s(broker):
    with open(f"/proc/{broker.process.pid}/stat") as status:
        fields = status.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def work(broker, topic):
    """A producer and a consumer at once, until the last record has come; the processor seconds that it cost the broker."""
    before = cpu_s(broker)
    exchange(broker.address, topic)
    return cpu_s(broker) - before


def exchange(address, topic):
    quiet = {"bootstrap.servers": address, "log.connection.close": False}
    admin = AdminClient(quiet)
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result()
    consumer = Consumer({**quiet, "group.id": topic, "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    producer = Producer({**quiet, "enable.idempotence": True, "linger.ms": 5, "queue.buffering.max.messages": RECORDS})

    def produce():
        for i in range(RECORDS):
            producer.produce(topic, b"%0*d" % (SIZE, i))

    writer = threading.Thread(target=produce)
    begin = time.monotonic()
    writer.start()
    wanted = 0
    while wanted < RECORDS and time.monotonic() < begin + WAIT_S:
        for message in consumer.consume(5000, 0.1):
            if message.error() or int(message.value()) != wanted or message.offset() != wanted:
                sys.exit(f"{topic}: record {wanted} was expected, and there came {message.error() or message.value()}")
            wanted += 1
    writer.join()
    if wanted < RECORDS or producer.flush(WAIT_S) != 0:
        sys.exit(f"{topic}: after {WAIT_S} s {wanted} of {RECORDS} records had come")
    consumer.close()


def main():
    raise_limit()
    with tempfile.TemporaryDirectory(prefix="souk-idle-") as directory, Broker(directory) as broker:
        alone = [work(broker, f"alone-{i}") for i in range(2)][-1]
        before = resident_mb(broker)
        began = time.monotonic()
        connections = connect(broker.address)
        ask(connections)
        opened_s = time.monotonic() - began
        held = resident_mb(broker)
        beside = work(broker, "beside")
        after = resident_mb(broker)
        ask(connections)
        for connection in connections:
            connection.close()
        broker.stop()
    print(f"{CONNECTIONS} connections made and answered in {opened_s:.1f} s; resident memory {before:.0f} MB before, "
          f"{held:.0f} MB with them, {after:.0f} MB after work beside them (at most {MAX_GROWTH_MB} MB more)")
    print(f"{RECORDS} records written and read cost the broker {alone:.2f} s of processor without them, {beside:.2f} s beside them")
    if max(held, after) - before > MAX_GROWTH_MB:
        sys.exit(f"resident memory grew by {max(held, after) - before:.0f} MB")


if __name__ == "__main__":
    main()
