#!/usr/bin/env python3
"""Spark's Kafka source against the embedded broker: a topic as a batch, whole and from a moment on, and as a stream with a
checkpoint that is stopped in its work, and started again after the broker was killed. Every record must arrive once."""

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from pyspark.sql import functions as F

import jars
import local_spark
from embedded_broker import Broker

TOPIC, PARTITIONS = "orders", 3
FIRST, LATER = 6000, 4000  # records before the stream starts, and while it runs
BATCH = 700                # records of the stream's batches at most
DAY = 1_764_288_000_000    # the time of record 0; each is a second after the one before


def make_topic(address):
    admin = AdminClient({"bootstrap.servers": address, "log.connection.close": False})
    admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])[TOPIC].result()


def produce(address, first, count, pause=0.0):
    producer = Producer({"bootstrap.servers": address, "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 5,
                         "log.connection.close": False})
    for i in range(first, first + count):
        producer.produce(TOPIC, f"order {i}".encode(), key=f"user {i % 97}".encode(), timestamp=DAY + 1000 * i)
        if i % 100 == 0:
            producer.poll(pause)
    if producer.flush(60) != 0:
        sys.exit("the producer could not deliver everything")


def in_the_topic(address):
    """What librdkafka reads: {(partition, offset): (key, value, time)}."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "reader", "enable.partition.eof": True, "enable.auto.commit": False,
                         "log.connection.close": False})
    consumer.assign([TopicPartition(TOPIC, p, 0) for p in range(PARTITIONS)])
    records, ended, until = {}, set(), time.monotonic() + 60
    while len(ended) < PARTITIONS and time.monotonic() < until:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            ended.add(message.partition())
        else:
            records[message.partition(), message.offset()] = (message.key(), message.value(), message.timestamp()[1])
    consumer.close()
    return records


def options(source, address, **more):
    source = source.format("kafka").option("kafka.bootstrap.servers", address).option("subscribe", TOPIC)
    for name, value in more.items():
        source = source.option(name, value)
    return source.load()


def rows(frame):
    frame = frame.select("partition", "offset", "key", "value", F.unix_millis("timestamp").alias("time"))
    return [((r.partition, r.offset), (bytes(r.key), bytes(r.value), r.time)) for r in frame.collect()]


def same(what, got, wanted):
    counts = Counter(place for place, _ in got)
    doubled = sum(n - 1 for n in counts.values())
    if doubled or dict(got) != wanted:
        missing = sum(1 for place in wanted if place not in counts)
        sys.exit(f"{what}: {len(wanted)} records expected, {len(got)} read, {missing} missing, {doubled} doubled, "
                 f"{sum(1 for place, record in got if wanted.get(place) != record)} others than expected")
    print(f"{what}: {len(got)} records, each once")


def batches(spark, address):
    wanted = in_the_topic(address)
    same("as a batch", rows(options(spark.read, address, startingOffsets="earliest", endingOffsets="latest")), wanted)
    begin = DAY + 1000 * (FIRST // 2)
    late = {place: record for place, record in wanted.items() if record[2] >= begin}
    same("as a batch from a moment on", rows(options(spark.read, address, startingTimestamp=begin, endingOffsets="latest")), late)


def stream(spark, address, directory, **trigger):
    source = options(spark.readStream, address, startingOffsets="earliest", maxOffsetsPerTrigger=BATCH, failOnDataLoss="true")
    return (source.writeStream.format("parquet").option("path", str(directory / "out"))
            .option("checkpointLocation", str(directory / "checkpoint")).trigger(**trigger).start())


def wait_for_batches(query, count):
    until = time.monotonic() + 60
    while len(query.recentProgress) < count:
        if query.exception() or time.monotonic() > until:
            sys.exit(f"the stream does not go on: {query.exception()}")
        time.sleep(0.05)


def starts_at(query):
    """How many records a stream left out at its start, as its checkpoint said."""
    offsets = query.recentProgress[0]["sources"][0]["startOffset"] or "{}"
    offsets = json.loads(offsets) if isinstance(offsets, str) else offsets
    return sum(offsets.get(TOPIC, {}).values())


def streams(spark, broker, directory):
    writer = threading.Thread(target=produce, args=(broker.address, FIRST, LATER, 0.05))
    writer.start()
    query = stream(spark, broker.address, directory, processingTime="0 seconds")
    wait_for_batches(query, 3)
    query.stop()  # whatever it is at; a batch without its end is made again by the next run
    writer.join()
    broker.kill()
    broker.start()
    before = spark.read.parquet(str(directory / "out")).count()
    wanted = in_the_topic(broker.address)
    if len(wanted) != FIRST + LATER or not 0 < before < len(wanted):
        sys.exit(f"the stream was to be stopped on its way: {before} of {len(wanted)} records")
    broker.stop()
    broker.start()  # from here on it counts what Spark alone asks for
    query = stream(spark, broker.address, directory, availableNow=True)
    query.awaitTermination()
    # The files alone do not tell: their sink leaves out batches that it has, also when all begins anew.
    begun = starts_at(query)
    if not 0 <= before - begun <= BATCH or begun == 0:
        sys.exit(f"the second run began at record {begun}, though the first had written {before}")
    same(f"as a stream, stopped after {before} records and started again", rows(spark.read.parquet(str(directory / "out"))), wanted)


def main():
    connector = sorted(jars.need("spark_kafka").glob("*.jar"))
    with tempfile.TemporaryDirectory(prefix="souk-spark-") as name, Broker(name) as broker:
        make_topic(broker.address)
        produce(broker.address, 0, FIRST)
        spark = local_spark.start("souk kafka", connector)
        batches(spark, broker.address)
        streams(spark, broker, Path(name))
        spark.stop()
        broker.stop()
        print("versions used: " + broker.use())


if __name__ == "__main__":
    main()
