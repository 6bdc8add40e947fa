#!/usr/bin/env python3
"""The live figures of two million orders: Souk's stream processor beside Spark Structured Streaming and Flink SQL, and
how long it takes until an order that is told is seen on the live page."""

import json
import re
import subprocess
import threading
import time
import urllib.request

import orders
from measure import REPOSITORY, arguments, machine, python, refuse, souk, table, verdict, versions, work_directory

RECORDS, PARTITIONS = 2_000_000, 3
TOPIC = "orders"
LIVE = REPOSITORY / "models" / "live.yml"
PER_SECOND, SECONDS, WARM_UP = 10_000, 30, 3  # of the latency's run


class Souk:
    """`souk up` of some services over a directory, on free ports."""

    def __init__(self, directory, *words):
        self.command = [str(souk()), "--data-dir", str(directory)]
        self.process = subprocess.Popen([*self.command, "--set", "broker.port=0", "--set", "web.port=0", "up", *words],
                                        stdout=subprocess.PIPE, text=True)
        self.addresses = {}

    def address(self, scheme):
        """Of the service that said so; waits until it does."""
        while scheme not in self.addresses:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"souk up told no {scheme}:// address")
            for name, rest in re.findall(r"(kafka|http)://(\S+)", line):
                self.addresses.setdefault(name, rest.rstrip("/"))
        return self.addresses[scheme]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def watch(url, seen):
    """When each marked order was seen first, until the connection ends."""
    try:
        with urllib.request.urlopen(url) as stream:
            for line in stream:
                for mark in re.findall(rb"mark-(\d{6})", line):
                    seen.setdefault(int(mark), time.monotonic())
    except OSError:
        pass


def latency(work):
    """Seconds from the producer's send to the server-sent event, of each marked order."""
    up = Souk(work / "live")
    kafka, web = up.address("kafka"), up.address("http")
    seen = {}
    threading.Thread(target=watch, args=(f"http://{web}/api/live", seen), daemon=True).start()
    told = orders.said([orders.program(), "tell", kafka, "ecommerce-transactions", PER_SECOND, SECONDS])
    time.sleep(3)
    health = json.load(urllib.request.urlopen(f"http://{web}/api/live/now"))["health"]
    end = time.monotonic()
    up.stop()
    # The first seconds are those of a program that has just started. The page shows ten cities: a mark that comes later
    # than ten others is not seen any more, and counts as not seen until the end.
    sent = list(enumerate(told["sent"]))[len(told["sent"]) * WARM_UP // SECONDS:]
    unseen = sum(mark not in seen for mark, _ in sent)
    rate = told["records"] / told["seconds"]
    return sorted(seen.get(mark, end) - at for mark, at in sent), unseen, rate, health["counters"]["transactions"]


def rate(one):
    return RECORDS / one["seconds"]


def cells(name, one):
    return [name, f"{rate(one) / 1e3:.0f}", f"{one['seconds']:.2f}", f"{one['cpu']:.2f}", f"{one['peak_mb']:.0f}"]


class Bench:
    def __init__(self, work, rounds):
        self.work, self.rounds, self.runs = work, rounds, 0
        self.broker = Souk(work / "broker", "--only", "broker")
        self.address = self.broker.address("kafka")
        orders.create_topic(self.broker.command, TOPIC)
        self.produced = orders.produce(self.address, TOPIC, RECORDS)

    def out(self):
        self.runs += 1
        return self.work / f"out-{self.runs}"

    def souk(self, figures, stored=False):
        """The fastest of the rounds, and its windows."""
        best = None
        for _ in range(self.rounds):
            out = self.out()
            store = self.work / f"stored-{self.runs}" if stored else "memory"
            one = {**orders.souk_run(self.address, TOPIC, self.produced["records"], figures, store, out), "out": out}
            wrong = [f"{name}: {one[name]}" for name in ("refused", "late", "duplicates") if one[name]]
            if one["transactions"] != self.produced["records"] or wrong:
                refuse([f"Souk took {one['transactions']} of {self.produced['records']} orders ({', '.join(wrong)})"])
            if stored and one["raw"] != self.produced["records"]:
                refuse([f"the raw zone has {one['raw']} of {self.produced['records']} orders"])
            one["seconds"] = max(one["seconds"], one["lake_seconds"])
            best = one if best is None or one["seconds"] < best["seconds"] else best
        return best

    def peer(self, name, runner):
        best = None
        for _ in range(self.rounds):
            out = self.out()
            one = {**runner(out), "name": name, "out": out}
            best = one if best is None or one["seconds"] < best["seconds"] else best
        return best

    def peers(self):
        try:
            interpreter = python("requirements-spark.txt")
            yield self.peer("Spark Structured Streaming 3.5.7",
                            lambda out: orders.spark_run(interpreter, self.address, TOPIC, out))
            yield self.peer("Flink SQL 1.20.1", lambda out: orders.flink_run(self.work, self.address, TOPIC, out))
        except orders.jars.Missing as why:
            print(f"left out: {why}")


def compare(ours, peers):
    windows = orders.souk_windows(ours["out"])
    found = []
    for peer in peers:
        found += orders.differences(peer["name"], windows, orders.peer_windows(peer["out"]))
    if found:
        refuse([f"{len(found)} differences", *found[:20]])
    return len(windows)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--no-peers", action="store_true", help="Souk alone")
    given = parser.parse_args()
    orders.program()
    print(machine())
    print(versions())
    with work_directory() as work:
        bench = Bench(work, given.rounds)
        print(f"{RECORDS} orders of {bench.produced['bytes'] / bench.produced['records']:.0f} bytes in {PARTITIONS} partitions "
              f"of the embedded broker, which all read from with their Kafka clients; two hours of the orders' own time")
        few = bench.souk(orders.FIGURES)
        peers = [] if given.no_peers else list(bench.peers())
        windows = compare(few, peers)
        every = bench.souk(LIVE)
        stored = bench.souk(LIVE, stored=True)
        bench.broker.stop()
        taken, unseen, told, counted = latency(work)
    if peers:
        print(f"{windows} windows, equal to the cent in all {len(peers) + 1}")
    table(["", "1000 orders/s", "seconds", "CPU s", "peak MB"],
          [cells("souk, the peers' figures", few), *(cells(peer["name"], peer) for peer in peers),
           cells("souk, all figures of live.yml", every), cells("souk, all figures, hot store and raw zone", stored)])
    p50, p99 = (1000 * taken[int(share * (len(taken) - 1))] for share in (0.5, 0.99))
    print(f"\nfrom send to /api/live in souk up, at {told:.0f} orders/s for {SECONDS} s ({counted} counted): "
          f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {1000 * taken[-1]:.0f} ms, {unseen} of {len(taken)} not seen in time")
    verdict([
        (rate(few) >= 1.5e6, f"{rate(few) / 1e6:.2f} M orders/s (at least 1.5)"),
        (few["cpu"] < 3, f"{few['cpu']:.1f} CPU s (under 3)"),
        (few["peak_mb"] < 200, f"{few['peak_mb']} MB (under 200)"),
        (rate(every) >= 400e3, f"all figures {rate(every) / 1e3:.0f} k/s (at least 400)"),
        (rate(stored) >= 100e3, f"with hot store and raw zone {rate(stored) / 1e3:.0f} k/s (at least 100)"),
        (p50 < 150, f"p50 {p50:.0f} ms (under 150)"), (p99 < 500, f"p99 {p99:.0f} ms (under 500)"),
        *((rate(few) > rate(peer), f"{rate(few) / rate(peer):.1f} times {peer['name']}") for peer in peers)])


if __name__ == "__main__":
    main()
