"""The Go programs of kafka_go/, which hold the modules that they need by their sums."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "kafka_go"


def go(*words, timeout):
    return subprocess.run(["go", *words], cwd=SOURCE, capture_output=True, text=True, timeout=timeout, check=False)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(0)


def build(package, program):
    """Makes `program` of a package. Where there is no Go, or its modules cannot be fetched, the test is skipped."""
    if not shutil.which("go"):
        skip("there is no go on this machine")
    try:
        fetched = go("mod", "download", timeout=120)
    except subprocess.TimeoutExpired:
        skip("the modules of kafka_go/go.mod could not be fetched in 120 s")
    if fetched.returncode != 0:
        skip(f"the modules of kafka_go/go.mod cannot be had: {fetched.stderr.strip()[:300]}")
    built = go("build", "-o", str(program), package, timeout=300)
    if built.returncode != 0:
        sys.exit(f"kafka_go/ does not build: {built.stderr[-2000:]}")


def run(program, *words, timeout):
    """What the program printed; its failure is the test's."""
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        sys.exit(f"franz-go: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
