#!/usr/bin/env python3
"""Every version of every API that the broker offers is used by an unmodified client, with success and with an error.

franz-go takes the versions of every release of Kafka from 0.9 on, one after the other (kafka_go/versions). What the broker
then says it was asked, and how often it answered with an error, is compared with what it offers."""

import re
import sys
import tempfile
from pathlib import Path

import go_program
from embedded_broker import Broker

# Versions that are offered and refused: docs/guide/kafka.md says why. The program checks that they are.
REFUSED = {(0, 0), (0, 1), (0, 2)}
# The first version in which a request can fail. What is not here can in all.
FAILS_FROM = {
    9: None,   # OffsetFetch: what is not committed is -1, and every group has its coordinator here
    10: 1,     # FindCoordinator: of a transaction; before, there were only groups to ask for
    15: 6,     # DescribeGroups: before, a group that is not there was Dead
    16: None,  # ListGroups: every group has its coordinator here
    18: None,  # ApiVersions: only for a version that is not offered, which the program asks for
    60: 1,     # DescribeCluster: of controllers; before, there was nothing to choose
}


def can_fail(key, version):
    first = FAILS_FROM.get(key, 0)
    return first is not None and version >= first


def compare(offered, broker):
    """Sentences about what is offered and was not used, or failed where the list says it cannot."""
    wrong = []
    for key, low, high in offered:
        for version in range(low, high + 1):
            used, failed = broker.used[key, version], broker.failed[key, version]
            where = f"API {key} in version {version}"
            if (key, version) in REFUSED:
                if used:
                    wrong.append(f"{where} was served")
                continue
            if used == failed:
                wrong.append(f"{where} was never answered without an error, {used} requests")
            if can_fail(key, version) != (failed > 0):
                wrong.append(f"{where} was answered with an error {failed} times")
    return wrong


def main():
    with tempfile.TemporaryDirectory(prefix="souk-versions-") as directory:
        program = Path(directory) / "versions"
        go_program.build("./versions", program)
        with Broker(directory) as broker:
            said = go_program.run(program, broker.address, timeout=170)
            broker.stop()
        offered = [tuple(map(int, line)) for line in re.findall(r"^offered (\d+) (\d+) (\d+)$", said, re.M)]
        print(said.splitlines()[-1])
        wrong = compare(offered, broker)
        if wrong or len(offered) < 20:
            sys.exit("\n".join([*wrong, f"{len(offered)} APIs are offered"]))
        count = sum(high - low + 1 for _, low, high in offered) - len(REFUSED)
        print(f"{len(offered)} APIs in {count} versions: each used with success, and with an error where it has one")


if __name__ == "__main__":
    main()
