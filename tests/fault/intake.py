#!/usr/bin/env python3
"""The intake while its broker is killed again and again: what was said to be accepted is in the stream, at the place that was told;
what was not is said, and can be sent again. The broker runs as a program of its own, which the intake knows by URL."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

SOUK = os.environ.get("SOUK", "build/souk")
TOPIC = "ecommerce-clickstream"


class Program:
    """`souk up` of one service; `wanted` is how its address begins."""

    def __init__(self, directory, service, wanted, *settings):
        self.directory, self.service, self.wanted, self.settings = directory, service, wanted, settings
        self.log = open(f"{directory}-{service}.log", "a+")
        self.start()

    def start(self):
        words = [SOUK, "--data-dir", str(self.directory), "up", "--only", self.service]
        for setting in self.settings:
            words += ["--set", setting]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline().strip()
        if not line.startswith(self.wanted):
            self.log.seek(0)
            sys.exit(f"souk up --only {self.service} did not start: {line}\n{self.log.read()[-2000:]}")
        self.address = line

    def kill(self):
        self.process.kill()
        self.process.wait()


class Sender(threading.Thread):
    """Sends batches one after another; remembers what was accepted, and where, and what was not."""

    def __init__(self, number, address, until):
        super().__init__()
        self.number, self.address, self.until = number, address, until
        self.accepted, self.unsure, self.statuses, self.wrong = {}, set(), Counter(), []

    def run(self):
        random_ = random.Random(self.number)
        batch = 0
        while not self.until.is_set():
            batch += 1
            ids = [f"{self.number}-{batch}-{i}" for i in range(random_.randint(1, 40))]
            self.send(ids)

    def send(self, ids):
        records = [{"event_id": one, "session_id": one, "event_type": "view", "event_time": "2025-03-01T10:00:00Z"} for one in ids]
        request = urllib.request.Request(self.address + "/v1/events?details=1", json.dumps(records).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        self.statuses[status] += 1
        said = json.loads(body)
        if "results" not in said:
            if status != 503:
                self.wrong.append((status, body))
            return
        if said["accepted"] + said.get("failed", 0) != len(ids) or len(said["results"]) != len(ids):
            self.wrong.append((status, body))
        if (status == 200) != (said["accepted"] == len(ids)):
            self.wrong.append((status, body))
        for result in said["results"]:
            one = ids[result["index"]]
            if result["status"] == "accepted":
                self.accepted[one] = (result["partition"], result["offset"])
            else:
                self.unsure.add(one)


def stream(broker):
    """Where each event is; fails when an accepted one is there twice."""
    done = subprocess.run(["kcat", "-b", broker.removeprefix("kafka://"), "-C", "-t", TOPIC, "-e", "-q", "-f", "%p %o %k\n"],
                          capture_output=True, text=True, timeout=120, check=True)
    places = {}
    for line in done.stdout.splitlines():
        partition, offset, key = line.split(" ")
        places.setdefault(key, []).append((int(partition), int(offset)))
    return places


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=6)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="souk-intake-") as directory:
        broker = Program(Path(directory) / "broker", "broker", "kafka://", "broker.port=0")
        broker.settings = ("broker.port=" + broker.address.rpartition(":")[2],)  # a restart keeps the port
        web = Program(Path(directory) / "web", "web", "http://", "web.port=0", f"kafka.url={broker.address}", "intake.timeout=3s")
        try:
            senders = work(rounds, broker, web)
            check(senders, stream(broker.address))
        finally:
            for program in (web, broker):
                program.kill()


def work(rounds, broker, web):
    until = threading.Event()
    senders = [Sender(i, web.address, until) for i in range(4)]
    for sender in senders:
        sender.start()
    pauses = random.Random(7)
    for i in range(rounds):
        time.sleep(pauses.uniform(0.3, 1.5))
        broker.kill()
        # Every other time for longer than the intake waits, so that it has to say that it failed.
        time.sleep(5 if i % 2 else pauses.uniform(0, 1))
        broker.start()
    time.sleep(3)
    until.set()
    for sender in senders:
        sender.join()
    # Once the broker is back, all is well again.
    last = Sender(99, web.address, until)
    last.send(["last"])
    if last.statuses != {200: 1}:
        sys.exit(f"with the broker back the intake answers {dict(last.statuses)}")
    return [*senders, last]


def check(senders, places):
    accepted, unsure, statuses, lost = 0, 0, Counter(), []
    for sender in senders:
        if sender.wrong:
            sys.exit(f"answers that contradict themselves: {sender.wrong[:3]}")
        statuses += sender.statuses
        unsure += len(sender.unsure)
        for one, place in sender.accepted.items():
            accepted += 1
            if places.get(one) != [place]:
                lost.append((one, place, places.get(one)))
    if lost:
        sys.exit(f"{len(lost)} accepted records are not where they were said to be: {lost[:5]}")
    known = {one for sender in senders for one in [*sender.accepted, *sender.unsure]}
    if set(places) - known:
        sys.exit(f"records nobody was told of: {sorted(set(places) - known)[:5]}")
    if not statuses[503] or not unsure:
        sys.exit(f"the kills did not show: answers {dict(statuses)}")
    print(f"intake: {accepted} accepted records are where they were said to be, each once; {unsure} were said to have failed; "
          f"answers {dict(statuses)}")


if __name__ == "__main__":
    main()
