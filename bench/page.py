#!/usr/bin/env python3
"""The Overview page in Chromium: first figures after a cold start and warm, beside the same page in Streamlit."""

import json
import re
import statistics
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal

from generate import LAST_DAY, souk_command
from measure import (BENCH, REPOSITORY, arguments, machine, python, refuse, run, souk, souk_json, table, verdict,
                     versions, work_directory)

DAYS = 28  # the page's own default period
ADDRESS = r"(http://(?:127\.0\.0\.1|localhost):\d+)"


def browse(spec):
    done = subprocess.run(["node", str(BENCH / "page.mjs"), json.dumps(spec)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"the browser run failed:\n{done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def digits(text):
    """A figure as a number, without signs and grouping: what is compared between pages."""
    return Decimal(re.sub(r"[^0-9.]", "", text) or 0)


def cells(name, seen):
    cold, warm = seen["cold"], seen["warm"]
    return [name, *(f"{statistics.median(one[key] for one in cold):.0f}" for key in ("upMs", "pageMs", "totalMs")),
            f"{statistics.median(warm):.0f}", f"{max(warm):.0f}", f"{seen['bytes'] / 1e6:.2f}", seen["requests"],
            f"{seen['residentMb']:.0f}"]


def main():
    given = arguments(__doc__).parse_args()
    if not (REPOSITORY / "tests" / "browser" / "node_modules").is_dir():
        sys.exit("playwright-core is not installed; run `npm ci --prefix tests/browser`")
    interpreter = python("requirements.txt", "requirements-page.txt")
    print(machine())
    print(versions("streamlit", "duckdb", interpreter=interpreter))
    first, last = (date.fromisoformat(LAST_DAY) - timedelta(days=DAYS - 1)).isoformat(), LAST_DAY
    rounds = {"cold": max(3, given.rounds), "warm": max(10, given.rounds)}
    with work_directory() as work:
        home = work / "souk-data"
        run(souk_command(work / "shop"))
        run([souk(), "--data-dir", home, "--quiet", "ingest", work / "shop"])
        run([souk(), "--data-dir", home, "--quiet", "build"])
        figures = souk_json(home, "report", "sales_overview", "--from", first, "--to", last)[0]
        mine = browse({"command": [str(souk()), "--data-dir", str(home), "--set", "web.port=0", "--set", "broker.port=0", "up"], "ready": ADDRESS,
                       "figure": "data[data-value]", "attribute": "data-value", "figures": 5, **rounds})
        warehouse = home / "lake" / "ecommerce" / "warehouse"
        # Streamlit prints the address before it serves anything; its own warm-up is part of the cold page.
        peer = browse({"command": [str(interpreter), "-m", "streamlit", "run", "--server.headless=true",
                                   "--server.port=18501", "--browser.gatherUsageStats=false",
                                   "--server.address=127.0.0.1", str(BENCH / "peer" / "page_streamlit.py"), "--",
                                   str(warehouse), first, last],
                       "ready": ADDRESS, "figure": "[data-testid=stMetricValue]", "attribute": None, "figures": 5,
                       **rounds})
    expected = [Decimal(str(figures[name])) for name in ("revenue", "transactions", "average_order_value", "units")]
    different = [f"{name} shows {digits(shown)}, souk report says {value}"
                 for name, seen in (("souk", mine), ("Streamlit", peer))
                 for shown, value in zip(seen["figures"], expected) if digits(shown) != value]
    if different:
        refuse(different)
    table(["milliseconds", "start", "first page", "cold total", "warm", "warm worst", "MB", "requests", "server MB"],
          [cells("souk up", mine), cells("Streamlit", peer)])
    cold = statistics.median(one["totalMs"] for one in mine["cold"]) / 1000
    warm = statistics.median(mine["warm"]) / 1000
    verdict([(cold < 1, f"first figures {cold:.2f} s after a cold start (under 1 s)"),
             (warm < 0.3, f"{warm:.3f} s warm (under 0.3 s)")])


if __name__ == "__main__":
    main()
