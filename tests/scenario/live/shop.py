"""A `souk up` with broker, stream, lake and page, for tests that send records and look at what came of them everywhere."""
import csv
import io
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "fault"))
from souk_platform import Platform  # noqa: E402

WAIT_S = 60


def noon_zone():
    """A time zone in which it is between noon and one now, so that today's hours are all of one day."""
    ahead = 12 - datetime.now(timezone.utc).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


class Shop(Platform):
    def __init__(self, directory, sets=()):
        # Nothing is built unless the test says so.
        super().__init__(directory, only="broker,stream,lake,web",
                         sets=["stream.lake_interval=200ms", "stream.idle_timeout=1s", *sets])

    def souk(self, *words):
        done = subprocess.run([*self.command("-q", *map(str, words)), *self.sets], capture_output=True, text=True, timeout=120)
        if done.returncode:
            sys.exit(f"exit code {done.returncode} of souk {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def produce(self, topic, records, key):
        """Records with one key are in one partition, in their order."""
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            for record in records:
                file.write((record if isinstance(record, str) else json.dumps(record)) + "\n")
            file.flush()
            self.souk("produce", topic, file.name, "--key", key)

    def api(self, path):
        self.must_live()
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def rows(self, *words):
        """Of a report or a query, as dictionaries of text."""
        return list(csv.DictReader(io.StringIO(self.souk(*words, "--format", "csv"))))

    def wait(self, what, holds):
        end = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > end:
                self.fail(f"does not come to this within {WAIT_S} s: {what}; {self.live()['health']}")
            time.sleep(0.1)

    def in_lake(self):
        """Records that the lake has, as the logs of the raw zone say."""
        taken = {}
        for path in sorted((self.data / "lake/ecommerce/raw").glob("*/_commits/[0-9]*.json")):
            for line in path.read_text().splitlines():
                if "stream" in (action := json.loads(line)):
                    for partition, offset in action["stream"]["next"].items():
                        taken[action["stream"]["topic"], partition] = offset
        return sum(taken.values())

    def settle(self, records):
        """Until the stream and the lake have so many records of the topics."""
        self.await_read(records)
        self.wait(f"{records} records in the lake", lambda: self.in_lake() >= records)
