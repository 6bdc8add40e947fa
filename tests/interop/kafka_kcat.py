#!/usr/bin/env python3
"""kcat (librdkafka as Debian has it) against the embedded broker: topics, codecs, keys and headers, offsets, times, groups."""

import shutil
import subprocess
import sys
import tempfile

from embedded_broker import Broker

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def kcat(broker, *args, send=None, timeout=30):
    done = subprocess.run(["kcat", "-b", broker.address, *args], input=send, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        sys.exit(f"kcat {' '.join(args)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: got {got!r:.300}, wanted {wanted!r:.300}")


def codecs(broker):
    lines = "".join(f"line {i} {'x' * (i % 97)}\n" for i in range(2000))
    for codec in CODECS:
        kcat(broker, "-P", "-t", f"codec-{codec}", "-z", codec, "-X", "enable.idempotence=true", send=lines)
        expect(codec, kcat(broker, "-C", "-t", f"codec-{codec}", "-e", "-q", "-X", "check.crcs=true"), lines)


def keys_and_headers(broker):
    kcat(broker, "-P", "-t", "keyed", "-K", ":", "-H", "from=kcat", "-H", "n=1", send="a:1\nb:2\na:\n")
    expect("keys", kcat(broker, "-C", "-t", "keyed", "-e", "-q", "-f", "%o %k=%s %h\n"),
           "0 a=1 from=kcat,n=1\n1 b=2 from=kcat,n=1\n2 a= from=kcat,n=1\n")


def offsets(broker):
    kcat(broker, "-P", "-t", "numbers", "-p", "0", send="".join(f"{i}\n" for i in range(100)))
    read = lambda *args: kcat(broker, "-C", "-t", "numbers", "-p", "0", "-e", "-q", *args).split()  # noqa: E731
    expect("from an offset", read("-o", "95"), ["95", "96", "97", "98", "99"])
    expect("the last three", read("-o", "-3"), ["97", "98", "99"])
    expect("a number of records", read("-o", "10", "-c", "2"), ["10", "11"])
    expect("from a time long ago", len(read("-o", "s@1000")), 100)
    expect("the offset of a time", kcat(broker, "-Q", "-t", "numbers:0:1000").split()[-1], "0")
    expect("the offset of a time to come", kcat(broker, "-Q", "-t", "numbers:0:99999999999999").split()[-1], "-1")


def group(broker):
    first = kcat(broker, "-G", "readers", "-c", "40", "-q", "-X", "auto.offset.reset=earliest", "numbers")
    second = kcat(broker, "-G", "readers", "-c", "60", "-q", "-X", "auto.offset.reset=earliest", "numbers")
    expect("a group goes on where it was", sorted(map(int, (first + second).split())), list(range(100)))


def main():
    if not shutil.which("kcat"):
        sys.exit("kcat is missing; it is in deps/apt-test.txt")
    with tempfile.TemporaryDirectory(prefix="souk-kcat-") as directory, Broker(directory) as broker:
        listing = kcat(broker, "-L")
        for topic, partitions in (("ecommerce-transactions", 3), ("ecommerce-clickstream", 3), ("ecommerce-quarantine", 1)):
            expect(topic, f'topic "{topic}" with {partitions} partitions' in listing, True)
        for check in (codecs, keys_and_headers, offsets, group):
            check(broker)
        broker.stop()
        print("versions used: " + broker.use())
    print(f"kcat: topics, {len(CODECS)} codecs, keys, headers, offsets, times and groups are as they should be")


if __name__ == "__main__":
    main()
