"""Apache Kafka 4.1, server and tools: one KRaft node in a process of its own. The jars are those of poms/kafka.xml;
jars.Missing says why they cannot be had."""

import base64
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import jars

VERSION = "4.1.0"  # as in poms/kafka.xml

SERVER = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def java(main_class, *words, heap="256m", options=("-XX:TieredStopAtLevel=1",)):
    """The command of one of Kafka's Java programs. Without other options it is one that does not live long."""
    return ["java", f"-Xmx{heap}", *options, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
            f"{jars.folder('kafka')}/*", main_class, *map(str, words)]


class Kafka:
    """A server over a directory, answering when the constructor returns; `started_s` is how long that took."""

    def __init__(self, directory, heap="1g", **settings):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        config = self.directory / "server.properties"
        lines = SERVER.format(port=self.port, controller=free_port(), data=self.directory / "data")
        config.write_text(lines + "".join(f"{key}={value}\n" for key, value in settings.items()))
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=").replace("-", "A")
        server = java("kafka.Kafka", config, heap=heap, options=())
        with open(self.directory / "kafka.log", "w") as log:
            subprocess.run(java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", config), check=True, stdout=log,
                           stderr=log)
            begin = time.monotonic()
            self.process = subprocess.Popen(server, stdout=log, stderr=log)
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - begin > 60:
                sys.exit(f"Apache Kafka did not start:\n{(self.directory / 'kafka.log').read_text()[-2000:]}")
            time.sleep(0.02)
        self.started_s = time.monotonic() - begin

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
