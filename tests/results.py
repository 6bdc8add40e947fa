#!/usr/bin/env python3
"""Reads what a suite said, from the JUnit file that ctest or node writes: results.py skipped|failed JUNIT_FILE.

`skipped` prints why tests were skipped, `failed` which tests failed and how their messages begin.
"""

import sys
import xml.etree.ElementTree as ElementTree

NOISE = ("[", "Note: ", "Running main")  # what GoogleTest prints beside a reason
SHOWN_LINES = 25


def print_skipped(cases):
    skipped = [case for case in cases if case.get("status") == "notrun"]
    for case in skipped:
        lines = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
        reason = "; ".join(line for line in lines if line and not line.startswith(NOISE))
        print(f"skipped {case.get('name')}: {reason or 'it gives no reason'}")
    if skipped:
        print(f"skipped in all: {len(skipped)}")


def print_failed(cases):
    for case in cases:
        failure = case.find("failure")
        if failure is None:
            continue
        said = case.findtext("system-out") or failure.text or failure.get("message") or ""
        lines = [line for line in said.splitlines() if line.strip() and not line.startswith(NOISE)]
        print(f"failed {case.get('name')}")
        for line in lines[:SHOWN_LINES]:
            print(f"    {line}")


def main():
    kind, path = sys.argv[1:]
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except FileNotFoundError:
        return  # the stage ended before its suite began
    {"skipped": print_skipped, "failed": print_failed}[kind](cases)


main()
