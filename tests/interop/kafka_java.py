#!/usr/bin/env python3
"""Apache Kafka's own command-line tools (4.1) against the embedded broker. Where their jars cannot be had the test is skipped."""

import re
import subprocess
import sys
import tempfile

import apache_kafka
import jars
from embedded_broker import Broker

TOOLS = "org.apache.kafka.tools."


class Tools:
    def __init__(self, address):
        self.address = address

    def run(self, tool, *args, server="--bootstrap-server", timeout=90):
        command = apache_kafka.java(tool, *((server, self.address) if server else ()), *args)
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode != 0:
            sys.exit(f"{tool} {' '.join(args)} ended with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done.stdout


def expect(what, text, *patterns):
    for pattern in patterns:
        if not re.search(pattern, text):
            sys.exit(f"{what}: no {pattern!r} in:\n{text[-1500:]}")


def topics(tools):
    tool = TOOLS + "TopicCommand"
    expect("list", tools.run(tool, "--list"), "ecommerce-transactions", "ecommerce-clickstream", "ecommerce-quarantine")
    tools.run(tool, "--create", "--topic", "t", "--partitions", "2", "--replication-factor", "1", "--config", "retention.ms=1000000")
    expect("describe", tools.run(tool, "--describe", "--topic", "t"), "PartitionCount: 2", "retention.ms=1000000", "Leader: 1")
    tools.run(tool, "--alter", "--topic", "t", "--partitions", "4")
    expect("more partitions", tools.run(tool, "--describe", "--topic", "t"), "PartitionCount: 4")
    tool = "kafka.admin.ConfigCommand"
    tools.run(tool, "--alter", "--entity-type", "topics", "--entity-name", "t", "--add-config", "max.message.bytes=2000000")
    expect("configs", tools.run(tool, "--describe", "--entity-type", "topics", "--entity-name", "t"), "max.message.bytes=2000000")
    expect("broker", tools.run(tool, "--describe", "--all", "--entity-type", "brokers", "--entity-name", "1"), "num.partitions=1")
    expect("API versions", tools.run(TOOLS + "BrokerApiVersionsCommand"), r"Produce\(0\): 0 to 13", r"Fetch\(1\): 4 to 17")
    expect("cluster", tools.run(TOOLS + "ClusterTool", "cluster-id", "--bootstrap-server", tools.address, server=None), "Cluster ID: ")


def records(tools):
    send = ("--topic", "t", "--num-records", "100000", "--record-size", "200", "--throughput", "-1")
    expect("produce", tools.run(TOOLS + "ProducerPerformance", *send, "--producer-props", f"bootstrap.servers={tools.address}",
                                "acks=all", "compression.type=lz4", server=None), "100000 records sent")
    text = tools.run(TOOLS + "ConsumerPerformance", "--topic", "t", "--messages", "100000")
    expect("consume", text, r", 100\d\d\d, ")
    offsets = tools.run(TOOLS + "GetOffsetShell", "--topic", "t")
    total = sum(int(line.rsplit(":", 1)[1]) for line in offsets.split())
    expect("offsets", str(total), "^100000$")
    expect("offsets by time", tools.run(TOOLS + "GetOffsetShell", "--topic", "t", "--time", "earliest"), "t:0:0")
    expect("largest time", tools.run(TOOLS + "GetOffsetShell", "--topic", "t", "--time", "max-timestamp"), r"t:0:\d+")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write('{"partitions": [{"topic": "t", "partition": 0, "offset": 10}], "version": 1}')
        file.flush()
        expect("delete records", tools.run(TOOLS + "DeleteRecordsCommand", "--offset-json-file", file.name), "low_watermark: 10")
    expect("verifiable producer", tools.run(TOOLS + "VerifiableProducer", "--topic", "v", "--max-messages", "2000", "--acks", "-1"),
           '"sent":2000,"acked":2000')
    expect("verifiable consumer", tools.run(TOOLS + "VerifiableConsumer", "--topic", "v", "--group-id", "vg", "--max-messages", "2000",
                                            "--reset-policy", "earliest"), '"offset":2000')


def groups(tools):
    tool = TOOLS + "consumer.group.ConsumerGroupCommand"
    expect("list", tools.run(tool, "--list"), "vg")
    expect("list states", tools.run(tool, "--list", "--state"), r"vg\s+Classic\s+Empty|vg\s+Empty")
    expect("describe", tools.run(tool, "--describe", "--group", "vg"), r"vg\s+v\s+0\s+2000\s+2000\s+0")
    expect("state", tools.run(tool, "--describe", "--group", "vg", "--state"), "Empty")
    expect("reset", tools.run(tool, "--reset-offsets", "--to-earliest", "--execute", "--topic", "v", "--group", "vg"), r"vg\s+v\s+0\s+0")
    expect("delete offsets", tools.run(tool, "--delete-offsets", "--topic", "v", "--group", "vg"), "Successful")
    expect("delete", tools.run(tool, "--delete", "--group", "vg"), "was successful")
    tools.run(TOOLS + "TopicCommand", "--delete", "--topic", "t")


def main():
    jars.need("kafka")
    with tempfile.TemporaryDirectory(prefix="souk-java-") as directory, Broker(directory) as broker:
        tools = Tools(broker.address)
        for check in (topics, records, groups):
            check(tools)
        broker.stop()
        print("versions used: " + broker.use())
    print("Kafka's tools: topics, configurations, records, offsets and groups are as they should be")


if __name__ == "__main__":
    main()
