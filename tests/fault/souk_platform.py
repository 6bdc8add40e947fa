"""A `souk up` that tests start, ask and kill."""
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUK = os.environ.get("SOUK", str(ROOT / "build/souk"))
START_S = 60
PR_SET_PDEATHSIG = 1


def with_the_test():
    """In a program that a test starts (preexec_fn): it is killed when the test ends, in whatever way."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Platform:
    def __init__(self, directory, only="broker,stream,web", sets=()):
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.only = only
        self.sets = [f"--set={one}" for one in ("kafka.url=embedded", "broker.port=0", "web.port=0", *sets)]

    def command(self, *words):
        return [SOUK, "--config", "/dev/null", "--data-dir", str(self.data), *words]

    def start(self, only=None):
        """Returns when everything listens."""
        only = only or self.only
        out = self.directory / "up.out"
        with open(out, "w") as stdout, open(self.directory / "up.log", "a") as stderr:
            self.process = subprocess.Popen([*self.command("up", "--only", only), *self.sets], stdout=stdout, stderr=stderr,
                                            preexec_fn=with_the_test)
        wanted = [scheme for scheme, service in (("kafka://", "broker"), ("http://", "web")) if service in only]
        end = time.monotonic() + START_S
        while True:
            lines = out.read_text().split("\n")[:-1]
            if all(any(line.startswith(scheme) for line in lines) for scheme in wanted):
                break
            self.must_live()
            if time.monotonic() > end:
                self.fail(f"does not serve after {START_S} s")
            time.sleep(0.02)
        self.url = next((line for line in lines if line.startswith("http://")), "")

    def fail(self, what):
        log = (self.directory / "up.log").read_text()[-4000:]
        sys.exit(f"souk up {what}; its log:\n{log or '(empty)'}")

    def must_live(self):
        if self.process.poll() is not None:
            self.fail(f"ended by itself with {self.process.returncode}")

    def kill(self):
        self.must_live()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.must_live()
        self.process.terminate()
        if self.process.wait(60) != 0:
            self.fail(f"ended with {self.process.returncode}")

    def live(self):
        self.must_live()
        with urllib.request.urlopen(self.url + "/api/live/now", timeout=20) as answer:
            return json.load(answer)

    def await_read(self, topic_records, timeout=60):
        """Until the stream's positions add up to at least so many records and nothing waits; what it shows then."""
        end = time.monotonic() + timeout
        while True:
            live = self.live()
            if live["state"] == "running" and live["health"]["partitions"]:
                read = sum(p["next_offset"] for p in live["health"]["partitions"])
                if read >= topic_records and live["health"]["lag"] == 0:
                    return live
            if time.monotonic() > end:
                self.fail(f"has not read {topic_records} records after {timeout} s: {live['state']}, {live['error']}, {live['health']}")
            time.sleep(0.1)

    def generate(self, records, rate=2000):
        """Sends so many records of a living shop, and waits until all were acknowledged."""
        subprocess.run(self.command("-q", "generate", "live", "--size", "small", "--rate", str(rate), "--records", str(records)),
                       check=True, timeout=300)

    def resident_mb(self):
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e6
