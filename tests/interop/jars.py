"""Java software of others, which Maven fetches into the cache: poms/NAME.xml says what, pinned."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

POMS = Path(__file__).resolve().parent / "poms"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "souk"


class Missing(Exception):
    """Why the jars, or Java itself, cannot be had on this machine."""


def folder(name):
    """The folder that holds the jars of poms/NAME.xml and nothing else; the first call for a list fetches it."""
    if not shutil.which("java"):
        raise Missing("there is no java on this machine")
    pom = POMS / f"{name}.xml"
    place = CACHE / f"jars-{name}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:16]}"
    if not place.exists():
        fetch(name, pom, place)
    return place


def fetch(name, pom, place):
    if not shutil.which("mvn"):
        raise Missing(f"the jars of {name} are not in the cache, and there is no mvn to fetch them")
    print(f"fetching the jars of {name}…", file=sys.stderr)
    CACHE.mkdir(parents=True, exist_ok=True)
    # Complete or not there, also where two runs fetch at once.
    with tempfile.TemporaryDirectory(prefix=f"jars-{name}-", dir=CACHE) as scratch:
        done = subprocess.run(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", "-DincludeScope=runtime",
                               f"-DoutputDirectory={scratch}/jars"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = re.search(r"\[ERROR\] (.*)", done.stdout)  # the first is the reason, the others are advice
            raise Missing(f"the jars of {name} could not be fetched: {said[1] if said else done.stderr[-300:]}")
        try:
            os.rename(f"{scratch}/jars", place)
        except OSError:
            if not place.exists():
                raise


def need(name):
    """For a test that is nothing without them: the folder, or the reason is printed and the test ends as skipped."""
    try:
        return folder(name)
    except Missing as why:
        print(f"skipped: {why}")
        sys.exit(0)
