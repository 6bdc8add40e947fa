#!/usr/bin/env python3
"""The Overview page in Chromium beside the same page in Streamlit and Dash, and the program under many readers."""

import json
import re
import statistics
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from generate import LAST_DAY, souk_command
from measure import (BENCH, REPOSITORY, arguments, machine, python, refuse, run, souk, souk_json, table, verdict,
                     versions, work_directory)

DAYS = 28  # the page's own default period
ADDRESS = r"(http://(?:127\.0\.0\.1|localhost):\d+)"
LOAD_SECONDS = 15
LOADED_RATE = 500  # records per second
SHOP_RATE = 100  # of `souk demo`
REGIONS = ["Europe", "North America", "Asia"]


def node(script, spec):
    done = subprocess.run(["node", str(BENCH / script), json.dumps(spec)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{script} failed:\n{done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def digits(text):
    """A figure as a number, without signs and grouping: what is compared between pages."""
    return Decimal(re.sub(r"[^0-9.]", "", text) or 0)


def middle(rounds, key):
    return statistics.median(one[key] for one in rounds if one[key] is not None)


def rows(pages):
    """Label, and a cell for each page."""
    def line(label, cell):
        return [label, *(cell(seen) for seen in pages)]

    return [
        line("start to address, ms", lambda s: f"{middle(s['cold'], 'upMs'):.0f}"),
        line("first page after it, ms", lambda s: f"{middle(s['cold'], 'pageMs'):.0f}"),
        line("cold start to figures, ms", lambda s: f"{middle(s['cold'], 'totalMs'):.0f}"),
        line("first contentful paint, warm, ms", lambda s: f"{middle(s['warm'], 'paintMs'):.0f}"),
        line("figures, warm, ms", lambda s: f"{middle(s['warm'], 'ms'):.0f}"),
        line("filter to charts, ms", lambda s: f"{middle(s['warm'], 'filterMs'):.0f}"),
        line("… the slowest, ms", lambda s: f"{max(one['filterMs'] for one in s['warm']):.0f}"),
        line("first load, kB", lambda s: f"{s['bytes'] / 1000:.0f}"),
        line("first load, requests", lambda s: s["requests"]),
        line("layout shift", lambda s: f"{max(one['shift'] for one in s['cold'] + s['warm']):.3f}"),
        line("redrawn when nothing changed", lambda s: s["redrawn"]),
        line("server CPU per load, ms", lambda s: f"{s['cpuPerLoad'] * 1000:.1f}"),
        line("resident with ten pages, MB", lambda s: f"{s['residentMb']:.0f}"),
        line("… which they added, MB", lambda s: f"{s['tenPagesMb']:.1f}"),
    ]


@contextmanager
def running(command):
    """A server for as long as the block runs: its address, and its process."""
    server = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True)
    try:
        for line in server.stdout:
            if found := re.search(ADDRESS, line):
                break
        else:
            sys.exit("souk up named no address")
        yield found.group(1), server
    finally:
        server.terminate()
        server.wait(30)


def questions(first, last):
    """Those of an Overview again and again, and enough that nobody asked before: other days, and a filter."""
    named = ["sales_overview?compare=previous", "sales_trend?compare=previous", "top_products?limit=10",
             "revenue_by_category?compare=previous", "revenue_by_region?compare=previous"]
    repeated = [f"/api/reports/{name}" for name in named]
    names = [name.split("?")[0] for name in named]
    fresh = []
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    for back in range(400):
        since, until = start - timedelta(days=back % 30), end - timedelta(days=back // 30)
        fresh.append(f"/api/reports/{names[back % len(names)]}?from={since}&to={until}&region=Europe")
    return repeated, fresh


@contextmanager
def living(home, records_per_second):
    """The program with a living stream; without the lake's services, so that no build changes what is asked."""
    up = [souk(), "--data-dir", home, "--set", "web.port=0", "--set", "broker.port=0", "up", "--only",
          "broker,stream,web"]
    with running(up) as (address, server):
        generator = subprocess.Popen(
            [str(souk()), "--data-dir", str(home), "--quiet", "generate", "live", "--rate", str(records_per_second)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield {"address": address, "pid": server.pid}
        finally:
            generator.terminate()
            generator.wait(30)


def under_load(home, first, last):
    repeated, fresh = questions(first, last)
    with living(home, LOADED_RATE) as up:
        return node("page_load.mjs", {**up, "repeated": repeated, "fresh": fresh, "seconds": LOAD_SECONDS})


def live_memory(home):
    with living(home, SHOP_RATE) as up:
        return node("page_memory.mjs", up)


def pages(home, interpreter, first, last, rounds):
    """Souk's Overview, Streamlit's and Dash's."""
    warehouse = str(home / "lake" / "ecommerce" / "warehouse")
    peer = BENCH / "peer"
    shared = {"ready": ADDRESS, "figures": 5, "attribute": None, "filters": REGIONS, **rounds}
    # Streamlit and Dash print the address before they serve anything; their warm-up is part of the cold page.
    return [
        node("page.mjs", {**shared, "command": [str(souk()), "--data-dir", str(home), "--set", "web.port=0", "--set",
                                                "broker.port=0", "up"],
                          "figure": "[data-figure] data", "attribute": "data-value",
                          "chart": "[data-panel=sales_trend] path.now",
                          "filterIn": "[data-panel=revenue_by_region] li button"}),
        node("page.mjs", {**shared, "command": [str(interpreter), "-m", "streamlit", "run", "--server.headless=true",
                                                "--server.port=18501", "--browser.gatherUsageStats=false",
                                                "--server.address=127.0.0.1", str(peer / "page_streamlit.py"), "--",
                                                warehouse, first, last],
                          "figure": "[data-testid=stMetricValue]", "chart": "[data-testid=stVegaLiteChart] path",
                          "filterIn": "[data-testid=stRadio] label"}),
        node("page.mjs", {**shared, "command": [str(interpreter), str(peer / "page_dash.py"), warehouse, first, last,
                                                "18502"],
                          "figure": ".figure", "chart": "#days path.js-line", "filterIn": "#region label"}),
    ]


def claims(mine, memory, load):
    """The goals: what is measured, and whether it is met."""
    cold, warm = middle(mine["cold"], "totalMs") / 1000, middle(mine["warm"], "ms") / 1000
    paint, filtered = middle(mine["warm"], "paintMs") / 1000, middle(mine["warm"], "filterMs")
    shift, cpu = max(one["shift"] for one in mine["cold"] + mine["warm"]), mine["cpuPerLoad"] * 1000
    worse = load["loaded"]["p50"] / load["alone"]["p50"] - 1
    return [
        (paint < 0.2, f"first contentful paint {paint:.2f} s (under 0.2 s)"),
        (warm < 0.3, f"figures {warm:.2f} s warm (under 0.3 s)"),
        (cold < 1, f"{cold:.2f} s after a cold start (under 1 s)"),
        (filtered < 150, f"filter to charts {filtered:.0f} ms (under 150 ms)"),
        (cpu < 10, f"{cpu:.1f} ms server CPU per load (under 10 ms)"),
        (memory["tenPagesMb"] < 20, f"ten live pages add {memory['tenPagesMb']:.1f} MB (under 20 MB)"),
        (shift < 0.01, f"layout shift {shift:.3f} (under 0.01)"),
        (mine["redrawn"] == 0, f"{mine['redrawn']} redraws when nothing changed (0)"),
        (load["p95"] < 150, f"p95 {load['p95']:.0f} ms at {load['perSecond']:.0f} requests/s (under 150 ms)"),
        (worse < 0.2, f"stream latency {worse:+.0%} under them (at most 20 % worse)"),
    ]


def main():
    given = arguments(__doc__).parse_args()
    if not (REPOSITORY / "tests" / "browser" / "node_modules").is_dir():
        sys.exit("playwright-core is not installed; run `npm ci --prefix tests/browser`")
    interpreter = python("requirements.txt", "requirements-page.txt")
    print(machine())
    print(versions("streamlit", "dash", "duckdb", interpreter=interpreter))
    first, last = (date.fromisoformat(LAST_DAY) - timedelta(days=DAYS - 1)).isoformat(), LAST_DAY
    with work_directory() as work:
        home = work / "souk-data"
        run(souk_command(work / "shop"))
        run([souk(), "--data-dir", home, "--quiet", "ingest", work / "shop"])
        run([souk(), "--data-dir", home, "--quiet", "build"])
        figures = souk_json(home, "report", "sales_overview", "--from", first, "--to", last)[0]
        seen = pages(home, interpreter, first, last, {"cold": max(3, given.rounds), "warm": max(9, given.rounds)})
        memory = live_memory(home)
        load = under_load(home, first, last)
    names = ["souk up", "Streamlit", "Dash"]
    expected = [Decimal(str(figures[name])) for name in ("revenue", "transactions", "average_transaction_value",
                                                         "units")]
    different = [f"{page}: {digits(shown)}, souk report says {value}" for page, one in zip(names, seen)
                 for shown, value in zip(one["figures"], expected) if digits(shown) != value]
    if load["wrong"]:
        different += load["wrong"]
    if different:
        refuse(different)
    table(["one overview page", *names], rows(seen))
    print()
    table(["50 open live pages and 200 report requests/s", ""], [
        ["requests answered per second", f"{load['perSecond']:.0f}"],
        ["p50 / p95 / p99, ms", " / ".join(f"{load[name]:.1f}" for name in ("p50", "p95", "p99"))],
        ["of those asked for the first time, p50 / p95, ms", f"{load['freshP50']:.1f} / {load['freshP95']:.1f}"],
        ["stream latency alone, p50 / p99, ms", f"{load['alone']['p50']:.0f} / {load['alone']['p99']:.0f}"],
        ["stream latency then, p50 / p99, ms", f"{load['loaded']['p50']:.0f} / {load['loaded']['p99']:.0f}"],
        ["ten Live pages at the demo's 100 records/s, MB more", f"{memory['tenPagesMb']:.1f}"],
        ["… the stream by itself in that time, MB more", f"{memory['meanwhileMb']:.1f}"],
        ["resident at the end, MB", f"{load['residentMb']:.0f}"],
    ])
    verdict(claims(seen[0], memory, load))


if __name__ == "__main__":
    main()
