#!/usr/bin/env python3
"""Live figures through kills, and through a log that has lost records.

Usage: stream.py [--rounds N] [--rate R] [--no-points] [--kafka apache|URL]      SOUK=path of the program (default build/souk)

Kills: `souk selftest crash` kills the platform at random moments and at every named place between two steps of a commit, and
compares figures, orders and the lake with what the acknowledged records say. With --kafka the records go to an Apache Kafka whose
topics are empty; `--kafka apache` starts one.

Lost records: what a power failure leaves when the log was not synced and the hot store was. The log is taken back to an earlier
state while the hot store keeps what it had counted. The stream has to go on: what was counted stays, and all that comes later is
counted, also where it has offsets that were in use before.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
import time

from souk_platform import Platform, ROOT, SOUK

SKIPPED = 77


def kills(args):
    if args.kafka == "apache":
        with tempfile.TemporaryDirectory(prefix="souk-fault-kafka-") as name, apache_kafka(name) as kafka:
            crash(args, f"kafka://{kafka.address}")
    else:
        crash(args, args.kafka)


def crash(args, kafka):
    command = [SOUK, "selftest", "crash", "--rounds", str(args.rounds), "--rate", str(args.rate)]
    if not args.no_points:
        command += ["--points"]
    if kafka:
        command += ["--kafka", kafka]
    began = time.monotonic()
    if subprocess.run(command, timeout=600 + 30 * args.rounds).returncode:
        sys.exit("souk selftest crash failed")
    print(f"the kills took {time.monotonic() - began:.0f} s", flush=True)


def apache_kafka(directory):
    sys.path.append(str(ROOT / "tests/interop"))
    import apache_kafka as apache
    import jars
    try:
        jars.folder("kafka")
    except jars.Missing as why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    return apache.Kafka(directory)


def counted(live):
    """Different records that were counted."""
    counters = live["health"]["counters"]
    return counters["events"] + counters["transactions"] - counters["duplicates"]


def lost_records(records):
    with tempfile.TemporaryDirectory(prefix="souk-fault-stream-") as name:
        platform = Platform(name, sets=["broker.flush=os"])
        log, kept = platform.data / "log", platform.directory / "log-before"
        platform.start()
        platform.generate(records)
        platform.await_read(records)
        platform.stop()
        shutil.copytree(log, kept)
        platform.start()
        platform.generate(records)
        before = counted(platform.await_read(2 * records))
        assert before == 2 * records, before
        platform.stop()

        # The log has lost its last records, and nothing has come since.
        shutil.rmtree(log)
        shutil.copytree(kept, log)
        platform.start()
        live = platform.await_read(records)
        check(live, before, 0, "the newest records lost")
        platform.generate(records)
        live = platform.await_read(2 * records)
        before = check(live, before, records, "and others sent")
        platform.stop()

        # Others came before the stream did, and more of them than were lost.
        shutil.rmtree(log)
        shutil.copytree(kept, log)
        platform.start(only="broker")
        platform.generate(2 * records)
        platform.stop()
        platform.start()
        live = platform.await_read(3 * records)
        before = check(live, before, 2 * records, "others sent before the stream is back")
        platform.stop()

        # All of it: the topics are made anew.
        shutil.rmtree(log)
        platform.start()
        platform.generate(records)
        live = platform.await_read(records)
        check(live, before, records, "the whole log lost")
        platform.stop()


def check(live, before, fresh, what):
    """All that is new is counted, and what is read again is known."""
    counters = live["health"]["counters"]
    print(f"{what}: {counted(live):,} records counted; {counters['duplicates']:,} that were there, {counters['late']:,} too late")
    if counted(live) != before + fresh:
        sys.exit(f"{what}: {counted(live)} different records were counted, and not {before} + {fresh}")
    return counted(live)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--no-points", action="store_true", help="kills at random moments only")
    parser.add_argument("--kafka", help="kafka://host:9092, or apache to start one; its own broker when not given")
    args = parser.parse_args()
    kills(args)
    if not args.kafka:
        lost_records(3000)
    print("every record was counted exactly once")


if __name__ == "__main__":
    main()
