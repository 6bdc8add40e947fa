#!/usr/bin/env python3
"""curl as docs/guide/intake.md shows it: every request there is sent, its answer is the one that is printed there, and kcat
reads what arrived."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from metrics import start
from souk import Souk

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/intake.md"


def blocks():
    """The requests of the guide, each with its answer."""
    pairs = re.findall(r"^```sh\n(curl .*?)^```\n\n```json\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    if len(pairs) < 3:
        sys.exit(f"only {len(pairs)} requests were found in {GUIDE}")
    return pairs


def kcat(broker, topic):
    done = subprocess.run(["kcat", "-b", broker, "-C", "-t", topic, "-e", "-q", "-f", "%k %h %s\n"], capture_output=True,
                          text=True, check=True, timeout=30)
    return [line.split(" ", 2) for line in done.stdout.splitlines()]


def main():
    with tempfile.TemporaryDirectory(prefix="souk-intake-") as directory:
        process, broker, page = start(Souk(Path(directory) / "souk-data", "web.port=0", "broker.port=0"), directory)
        try:
            for command, wanted in blocks():
                command = command.replace("http://127.0.0.1:8080", page)
                done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=30)
                got = re.sub(r'"(partition|offset)":\d+', r'"\1":N', done.stdout)
                if got.strip() != wanted.strip():
                    sys.exit(f"{command}\nanswered\n{done.stdout}and not\n{wanted}")
            orders, clicks = kcat(broker, "ecommerce-transactions"), kcat(broker, "ecommerce-clickstream")
        finally:
            process.terminate()
            process.wait(30)
    if [(key, header, json.loads(value)["transaction_id"]) for key, header, value in orders] != [
            ("U1", "source=local", "T1"), ("U1", "source=local", "T2")]:
        sys.exit(f"the stream has other orders: {orders}")
    if sorted((key, json.loads(value)["event_id"]) for key, _, value in clicks) != [("s-1", "e-1"), ("s-1", "e-2")]:
        sys.exit(f"the stream has other visits: {clicks}")
    print(f"intake: the {len(blocks())} requests of the guide are answered as it says, and kcat reads the records")


if __name__ == "__main__":
    main()
