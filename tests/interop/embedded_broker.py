"""Souk's broker in a process of its own, for the tests beside this file."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path


class Broker:
    """`souk up --only broker` over a directory, on any free port; a restart keeps the port."""

    def __init__(self, directory, *settings):
        self.directory, self.settings, self.port = Path(directory), settings, 0
        self.used, self.failed = Counter(), Counter()
        self.process = None
        self.start()

    def start(self):
        command = [os.environ["SOUK"], "--data-dir", str(self.directory / "souk-data"), "up", "--only", "broker",
                   "--set", f"broker.port={self.port}", "--set", "log.rooms=broker=debug"]
        for setting in self.settings:
            command += ["--set", setting]
        self.log = open(self.directory / "broker.log", "w+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"kafka://(.*:(\d+))$", line.strip())
        if not match:
            self.fail(f"did not start: {line}")
        self.address, self.port = match[1], int(match[2])

    def fail(self, what):
        self.log.seek(0)
        sys.exit(f"the broker {what}; its log:\n{self.log.read()[-4000:] or '(empty)'}")

    def must_live(self):
        if self.process.poll() is not None:
            self.fail(f"ended by itself with {self.process.returncode}")

    def kill(self):
        self.must_live()
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it in order; `used` counts the requests of this run by (API key, version), `failed` those answered with an error."""
        self.used, self.failed = Counter(), Counter()
        self.must_live()
        self.process.terminate()
        if self.process.wait(30) != 0:
            self.fail(f"ended with {self.process.returncode}")
        self.log.seek(0)
        line = r"requests served\s+name=\w+\s+api=(\d+)\s+version=(\d+)\s+requests=(\d+)\s+errors=(\d+)"
        for key, version, requests, errors in re.findall(line, self.log.read()):
            self.used[int(key), int(version)] += int(requests)
            self.failed[int(key), int(version)] += int(errors)

    def use(self):
        """The versions that were asked in, by API key: '0: 7/13, 1: 11'. After stop."""
        versions = {}
        for key, version in self.used:
            versions.setdefault(key, []).append(version)
        return ", ".join(f"{key}: {'/'.join(map(str, sorted(v)))}" for key, v in sorted(versions.items()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
