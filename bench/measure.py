"""What all benchmarks share: running and measuring commands, the machine, the peers' packages, tables."""

import argparse
import ctypes
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
BENCH = REPOSITORY / "bench"


@dataclass
class Run:
    """One finished command: seconds on the clock, CPU seconds, the largest resident size of one process."""

    seconds: float
    cpu: float
    peak_mb: float
    output: str

    def cells(self):
        return [f"{self.seconds:.2f}", f"{self.cpu:.2f}", f"{self.peak_mb:.0f}"]


RUN_COLUMNS = ["seconds", "CPU s", "peak MB"]


PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def reap_rest(usages):
    """Processes that the command left behind (Spark's JVM) come to us as their reaper; their costs are its costs."""
    while True:
        try:
            usages.append(os.wait4(-1, 0)[2])
        except ChildProcessError:
            return


def run(command, env=None):
    """Runs a command to its end; a failure ends the benchmark with what it said."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        usages = [usage]
        reap_rest(usages)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode} of: {' '.join(map(str, command))}\n{text[-4000:]}")
    cpu = sum(one.ru_utime + one.ru_stime for one in usages)
    return Run(seconds, cpu, max(one.ru_maxrss for one in usages) / 1024, text)


def best(runs):
    return min(runs, key=lambda one: one.seconds)


def souk():
    """The program under test: SOUK or build/souk."""
    program = Path(os.environ.get("SOUK", REPOSITORY / "build" / "souk"))
    if not program.is_file():
        sys.exit(f"{program} is not there; build it with ./dev build or name it with SOUK")
    return program.resolve()


def built(program):
    """A program of bench/CMakeLists.txt, built anew where its sources changed."""
    done = subprocess.run(["ninja", "-C", REPOSITORY / "build", program], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} could not be built:\n{done.stdout[-3000:]}{done.stderr}")
    return REPOSITORY / "build" / "bench" / program


def souk_json(data_dir, *args):
    """The rows of an answer, each a dictionary; decimals exact."""
    words = [souk(), "--data-dir", data_dir, "--quiet", "--format", "json", *map(str, args)]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode} of: {' '.join(map(str, words))}\n{done.stderr}")
    return json.loads(done.stdout, parse_float=Decimal)


def python(*requirements):
    """The Python of build/bench-venv with the packages of the given requirement files."""
    files = [BENCH / name for name in requirements]
    home = REPOSITORY / "build" / "bench-venv"
    program = home / "bin" / "python"
    if not program.exists():
        print("installing the peers' packages into build/bench-venv", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    for file in files:
        # One stamp per list, so that a changed list is installed again and an unchanged one costs nothing.
        stamp = home / f"{file.stem}-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        if not stamp.exists():
            subprocess.run([str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                            str(file)], check=True)
            stamp.touch()
    return program


@contextmanager
def work_directory():
    """A directory for the run's data, removed at the end unless --keep is given. Needs a few gigabytes."""
    parent = os.environ.get("SOUK_BENCH_DIR")
    if parent:
        Path(parent).mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix="souk-bench-", dir=parent))
    try:
        yield path
    finally:
        if "--keep" in sys.argv:
            print(f"kept: {path}", file=sys.stderr)
        else:
            shutil.rmtree(path, ignore_errors=True)


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep the working directory (SOUK_BENCH_DIR says where)")
    parser.add_argument("--rounds", type=int, default=1, help="measure so many times and take the fastest (default 1)")
    return parser


def machine():
    """The lines that every benchmark starts with."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    gigabytes = int(memory.split()[1]) / 2**20
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    cores = len(os.sched_getaffinity(0))
    return (f"machine: {model}, {cores} cores, {gigabytes:.0f} GB, {system}, "
            f"load {os.getloadavg()[0]:.1f} before the run")


def versions(*packages, interpreter=None):
    """`souk --version` and the versions of the peers' packages."""
    first = run([souk(), "--version"]).output.strip().splitlines()[0]
    if not packages:
        return f"versions: {first}"
    code = ("import importlib.metadata as m, platform, sys; "
            "print('Python ' + platform.python_version() + ''.join(f', {p} {m.version(p)}' for p in sys.argv[1:]))")
    return f"versions: {first}, {run([interpreter or sys.executable, '-c', code, *packages]).output.strip()}"


def table(header, rows):
    """Text left, numbers right."""
    cells = [header, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        print("  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]))


def size_mb(directory):
    return sum(path.stat().st_size for path in Path(directory).rglob("*") if path.is_file()) / 1e6


def refuse(differences):
    """Outputs that differ make times meaningless: say how, and stop before any time is printed."""
    for difference in differences:
        print(f"differs: {difference}")
    print("verdict: the outputs differ, so no time is given")
    sys.exit(1)


def verdict(claims):
    """`claims` is a list of (met, text); the last line of every benchmark, and the exit code."""
    met = all(fine for fine, _ in claims)
    print("verdict: " + ("met" if met else "missed") + " – "
          + "; ".join(text if fine else f"MISSED {text}" for fine, text in claims))
    sys.exit(0 if met else 1)
