#!/usr/bin/env python3
"""Prometheus' promtool reads /metrics of a working platform, and the figures are those of what was done."""

import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import promtool
from souk import Souk

SALES = """transaction_id,order_id,product_id,product_name,product_category,quantity,unit_price,transaction_timestamp
T1,O1,P1,Blue cup,Kitchen,2,4.50,2025-03-01T10:00:00Z
"""


def start(souk, directory):
    log = open(Path(directory) / "up.err", "w")
    process = subprocess.Popen([*souk.command, "up"], stdout=subprocess.PIPE, stderr=log, text=True)
    broker = process.stdout.readline().strip().removeprefix("kafka://")
    page = process.stdout.readline().strip()
    if not page.startswith("http://"):
        process.kill()
        sys.exit(f"souk up did not start:\n{Path(log.name).read_text()}")
    return process, broker, page


def scrape(page):
    with urllib.request.urlopen(page + "/metrics", timeout=10) as answer:
        wanted = "text/plain; version=0.0.4; charset=utf-8"
        if answer.headers["Content-Type"] != wanted:
            sys.exit(f"Content-Type is {answer.headers['Content-Type']}, not {wanted}")
        return answer.read().decode()


def value(text, series):
    match = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(match[1]) if match else None


def expect(text, series, wanted):
    got = value(text, series)
    if got != wanted:
        sys.exit(f"{series} is {got}, not {wanted}")


def work(souk, directory, broker, page):
    sales = Path(directory) / "sales.csv"
    sales.write_text(SALES)
    souk.run("ingest", sales)
    subprocess.run(["kcat", "-b", broker, "-P", "-t", "odd-_name"], input="a\nb\nc\n", text=True, check=True)
    subprocess.run(["kcat", "-b", broker, "-G", 'group "of" \\two', "-c", "2", "-q", "-X", "auto.offset.reset=earliest",
                    "odd-_name"], check=True, capture_output=True, timeout=60)
    for method, path, status in (("GET", "/api/nothing", 404), ("BREW", "/api/shop", 404)):
        try:
            urllib.request.urlopen(urllib.request.Request(page + path, method=method), timeout=10)
            sys.exit(f"{method} {path} was answered")
        except urllib.error.HTTPError as error:
            if error.code not in (status, 405):
                sys.exit(f"{method} {path}: {error.code}")


def check_figures(text):
    expect(text, "souk_broker_appended_records_total", 3)
    expect(text, 'souk_log_end_offset{topic="odd-_name",partition="0"}', 3)
    expect(text, 'souk_broker_group_lag_records{group="group \\"of\\" \\\\two",topic="odd-_name",partition="0"}', 1)
    expect(text, 'souk_jobs_ended_total{verb="ingest",result="done"}', 1)
    expect(text, 'souk_builder_builds_total{result="changed"}', 1)
    expect(text, "souk_builder_build_seconds_count", 1)
    expect(text, "souk_jobs_running", 0)
    expect(text, "souk_jobs_queued", 0)
    for service in ("broker", "builder", "web"):
        expect(text, f'souk_service_up{{service="{service}"}}', 1)
    if 'method="BREW"' in text:
        sys.exit("a client's own method became a label")
    for series, least in (("souk_process_resident_memory_bytes", 10e6), ("souk_process_cpu_seconds_total", 0.05),
                          ("souk_process_open_fds", 5), ("souk_broker_received_bytes_total", 100)):
        if value(text, series) < least:
            sys.exit(f"{series} is {value(text, series)}")
    if abs(value(text, "souk_process_start_timestamp_seconds") - time.time()) > 120:
        sys.exit("the start of the process is not now")


def check_names(souk, text):
    """Every metric is in the list that the guide is made from, and the other way round."""
    listed = {metric["metric"]: metric["type"] for metric in souk.json("config", "metrics")}
    shown = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    if listed != shown:
        sys.exit(f"not the same metrics: {sorted(set(listed.items()) ^ set(shown.items()))}")


def main():
    try:
        checker = promtool.path()
    except promtool.Missing as missing:
        print(f"skipped: {missing}")
        return
    with tempfile.TemporaryDirectory(prefix="souk-metrics-") as directory:
        souk = Souk(Path(directory) / "souk-data", "web.port=0", "broker.port=0", "warehouse.debounce=100ms")
        process, broker, page = start(souk, directory)
        try:
            work(souk, directory, broker, page)
            deadline = time.time() + 60
            while not value(scrape(page), "souk_builder_build_seconds_count") and time.time() < deadline:
                time.sleep(0.2)
            time.sleep(0.5)
            text = scrape(page)
            checked = subprocess.run([checker, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
            if checked.returncode != 0 or checked.stdout or checked.stderr:
                sys.exit(f"promtool check metrics: {checked.stdout}{checked.stderr}")
            check_figures(text)
            check_names(souk, text)
        finally:
            process.terminate()
            process.wait(30)
    count = len(re.findall("^# TYPE", text, re.MULTILINE))
    print(f"metrics: promtool finds nothing to blame in {count} metrics, and their figures are right")


if __name__ == "__main__":
    main()
