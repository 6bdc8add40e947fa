"""promtool, Prometheus' own checker, out of Debian's package prometheus: taken from it alone, nothing is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "souk"


class Missing(Exception):
    """Why promtool cannot be had on this machine."""


def path():
    """The program; the first call fetches the package into the cache."""
    found = shutil.which("promtool")
    if found:
        return Path(found)
    place = CACHE / "promtool"
    if not place.exists():
        fetch(place)
    return place


def fetch(place):
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Missing("there is no promtool, and no apt-get to fetch it with")
    CACHE.mkdir(parents=True, exist_ok=True)
    # Complete or not there, also where two runs fetch at once.
    with tempfile.TemporaryDirectory(prefix="promtool-", dir=CACHE) as scratch:
        done = subprocess.run(["apt-get", "download", "prometheus"], cwd=scratch, capture_output=True, text=True,
                              timeout=300, check=False)
        packages = list(Path(scratch).glob("prometheus_*.deb"))
        if done.returncode != 0 or not packages:
            raise Missing(f"the package prometheus cannot be fetched: {done.stderr.strip()[-300:]}")
        subprocess.run(["dpkg-deb", "-x", packages[0].name, "tree"], cwd=scratch, check=True)
        (Path(scratch) / "tree/usr/bin/promtool").rename(place)
