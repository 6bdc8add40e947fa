#!/usr/bin/env python3
"""Prints why tests were skipped: skip_reasons.py JUNIT_FILE, as ctest writes it with --output-junit."""

import sys
import xml.etree.ElementTree as ElementTree

NOISE = ("[", "Note: ", "Running main")  # what GoogleTest prints beside the reason

skipped = [case for case in ElementTree.parse(sys.argv[1]).iter("testcase") if case.get("status") == "notrun"]
for case in skipped:
    lines = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
    reason = "; ".join(line for line in lines if line and not line.startswith(NOISE))
    print(f"skipped {case.get('name')}: {reason or 'it gives no reason'}")
if skipped:
    print(f"skipped in all: {len(skipped)}")
