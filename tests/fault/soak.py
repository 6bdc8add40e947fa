#!/usr/bin/env python3
"""The platform under a steady load: memory stays flat, and the stream keeps up.

Usage: soak.py [--minutes M] [--rate R]      SOUK=path of the program (default build/souk)

Prints memory, lag and latency as they go. What the stream remembers fills up for half an hour, as long as a visit lasts; so a
run of 40 minutes or more fails when the median of its last fifth has more than a quarter more memory than that of the fourth,
and when the stream is more than two seconds behind for a tenth of the time. A shorter run fails above MOST_MB.
"""
import argparse
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from souk_platform import Platform, with_the_test

GROWTH = 1.25
GROWTH_MB = 30  # what small differences are
LONG = 40 * 60
MOST_MB = 1000


def watch(platform, load, seconds, rate):
    """(seconds, MB, lag) about every second."""
    samples, began, shown = [], time.monotonic(), 0
    while load.poll() is None:
        time.sleep(1)
        live = platform.live()
        if live["state"] != "running":
            platform.fail(f"has a stream that {live['state']}: {live['error']}")
        health, at = live["health"], time.monotonic() - began
        samples.append((at, platform.resident_mb(), health["lag"]))
        if at - shown >= min(60, seconds / 12):
            shown = at
            print(f"{at:6.0f} s  {samples[-1][1]:6.0f} MB  {health['records_per_second']:8.0f} records/s  lag {health['lag']:6d}  "
                  f"p50 {health['latency_ms']['p50']:6.0f} ms  p99 {health['latency_ms']['p99']:6.0f} ms", flush=True)
    if load.returncode:
        sys.exit(f"souk generate live ended with {load.returncode}")
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rate", type=int, default=1000)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # its directory goes too
    seconds = args.minutes * 60
    with tempfile.TemporaryDirectory(prefix="souk-soak-") as name:
        platform = Platform(name)
        platform.start()
        load = subprocess.Popen(platform.command("-q", "generate", "live", "--rate", str(args.rate), "--seconds", str(seconds)),
                                preexec_fn=with_the_test)
        try:
            samples = watch(platform, load, seconds, args.rate)
            live = platform.await_read(1)
            counters = live["health"]["counters"]
            platform.stop()
        finally:
            load.kill()
            platform.process.kill()
    fifth = len(samples) // 5
    early = statistics.median(mb for _, mb, _ in samples[-2 * fifth:-fifth])
    late = statistics.median(mb for _, mb, _ in samples[-fifth:])
    behind = sum(lag > 2 * args.rate for _, _, lag in samples) / len(samples)
    total = counters["events"] + counters["transactions"] + counters["late"]
    print(f"{total:,} records in {seconds:.0f} s; memory {early:.0f} MB early, {late:.0f} MB late; "
          f"more than 2 s behind in {behind:.0%} of the time")
    if seconds < LONG:
        if late > MOST_MB:
            sys.exit(f"memory: {late:.0f} MB, {MOST_MB} allowed")
        return
    if late > early * GROWTH and late - early > GROWTH_MB:
        sys.exit(f"memory grows: {early:.0f} MB, later {late:.0f} MB")
    if behind > 0.1:
        sys.exit("the stream does not keep up")
    if total < args.rate * seconds * 0.9:
        sys.exit(f"only {total:,} records were sent: this machine cannot make {args.rate} per second")


if __name__ == "__main__":
    main()
