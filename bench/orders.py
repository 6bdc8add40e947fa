"""Two million orders on a topic, and the figures of each minute and city as Souk, Spark and Flink compute them."""

import json
import re
import subprocess
import sys
from pathlib import Path

from measure import BENCH, REPOSITORY, built

sys.path.insert(0, str(REPOSITORY / "tests" / "interop"))
import jars  # noqa: E402

FIGURES = BENCH / "stream_figures.yml"
FIELDS = ["orders", "revenue", "completed", "failed", "cancelled"]  # revenue in cents
OURS = {"orders": "orders", "revenue": "revenue", "completed_orders": "completed", "failed_payments": "failed",
        "cancelled_orders": "cancelled"}
CLOSING = "nowhere"  # the city of the order that closes the windows of the others


def program():
    return built("stream_load")


def create_topic(souk_command, topic):
    subprocess.run([*souk_command, "topics", "create", topic, "--partitions", "3"], check=True, stdout=subprocess.DEVNULL)


def run(command):
    """Not measure.run, which waits for every child: the broker runs on. What a program costs it says itself."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode} of: {' '.join(map(str, command))}\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def said(command):
    """The JSON object on the last line that a command prints."""
    return json.loads(run(command).strip().splitlines()[-1])


def produce(address, topic, count):
    """{"records": with the closing one, "bytes": …}"""
    return said([program(), "produce", address, topic, count])


def souk_run(address, topic, count, figures, store, out):
    return said([program(), "run", address, topic, count, figures, store, out])


def souk_windows(path):
    """{(start in ms, city): {field: value}}; what has no value is 0."""
    windows = {}
    for line in Path(path).read_text().splitlines()[1:]:
        kpi, start, dimension, member, value = line.split(",")
        if dimension == "city" and member != CLOSING:
            windows.setdefault((int(start), member), dict.fromkeys(FIELDS, 0))[OURS[kpi]] = int(value)
    return windows


def peer_windows(directory):
    """The same of a peer's CSV files: start, city, orders, revenue, average order value, failed, cancelled."""
    windows = {}
    for path in Path(directory).rglob("*"):
        if not path.is_file() or not re.match(r"part-[^.]*(\.csv)?$", path.name):
            continue
        for line in path.read_text().splitlines():
            start, city, orders, revenue, average, failed, cancelled = line.split(",")
            if city == CLOSING:
                continue
            if (int(start), city) in windows:
                sys.exit(f"{path}: the window {start} of {city} is there twice")
            windows[int(start), city] = {"orders": int(orders), "revenue": round(100 * float(revenue or 0)),
                                         "average": float(average or 0), "failed": int(failed), "cancelled": int(cancelled)}
    return windows


def differences(name, ours, theirs):
    """What a peer has otherwise, window by window and to the cent."""
    found = [f"{name} has no window {key}" for key in ours if key not in theirs]
    found += [f"{name} alone has the window {key}" for key in theirs if key not in ours]
    for key in ours.keys() & theirs.keys():
        mine, other = ours[key], theirs[key]
        for field in ("orders", "revenue", "failed", "cancelled"):
            if mine[field] != other[field]:
                found.append(f"{name}, window {key}: {field} {other[field]}, Souk has {mine[field]}")
        # An average is a double there; times the number of orders it is the revenue again.
        if abs(100 * other["average"] * mine["completed"] - mine["revenue"]) >= 0.5:
            found.append(f"{name}, window {key}: average {other['average']}, Souk has {mine['revenue']} / {mine['completed']}")
    return found


def spark_run(interpreter, address, topic, out):
    connector = sorted(jars.folder("spark_kafka").glob("*.jar"))
    return said([interpreter, BENCH / "peer" / "orders_spark.py", address, topic, out, *connector])


def flink_run(work, address, topic, out):
    classpath = f"{jars.folder('flink')}/*"
    classes = Path(work) / "flink"
    if not classes.exists():
        run(["javac", "-nowarn", "-cp", classpath, "-d", classes, BENCH / "peer" / "OrdersFlink.java"])
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED"
             for package in ("java.util", "java.lang", "java.time", "java.nio", "sun.nio.ch")]
    return said(["java", "-Xmx1500m", *opens, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
                     f"{classpath}:{classes}", "OrdersFlink", address, topic, out])
