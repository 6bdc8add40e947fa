#!/usr/bin/env python3
"""Recomputes the shop's figures from raw files, sharing nothing with Souk; prints JSON.

    recompute.py online-retail online_retail.csv.xz
    recompute.py online-sales "Online Sales Data.csv" --from 2024-02-01 --to 2024-02-29 --region Europe
    recompute.py shop DIR        (a directory written by `souk generate history --format csv`)
"""

import argparse
import json
import sys
from datetime import date

import figures
import raw_files
import shop_files


def read(kind, path, time_zone):
    if kind == "online-retail":
        lines, account = raw_files.online_retail(path)
        return lines, [], account
    if kind == "online-sales":
        lines, account = raw_files.online_sales(path)
        return lines, [], account
    return shop_files.shop(path, time_zone)


def summary(lines, sessions, account, selection, limit=10):
    chosen, visits = selection.lines(lines), selection.sessions(sessions)
    days = [item.day for item in (*chosen, *(visits or ()))]
    show = figures.printable
    result = {"account": dict(account), "whole": show(figures.overview(chosen, visits))}
    if not days:
        return result
    first, last = selection.first or min(days), selection.last or max(days)
    result["period"] = {"from": first.isoformat(), "to": last.isoformat()}
    result["days"] = {day: show(row) for day, row in figures.by_day(chosen, visits, first, last).items()}
    for attribute in ("category", "region"):
        groups = sorted(figures.by(attribute, chosen).items(), key=lambda item: -item[1]["revenue"])
        result[attribute] = {value: show(row) for value, row in groups}
    products = figures.by_product(chosen, visits)
    names = figures.names_by_product(lines)
    result["top_products"] = [{"product_id": key, "names": sorted(names.get(key, ())), **show(row)}
                              for key, row in figures.top(products, limit)]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["online-retail", "online-sales", "shop"])
    parser.add_argument("path")
    parser.add_argument("--from", dest="first", type=date.fromisoformat)
    parser.add_argument("--to", dest="last", type=date.fromisoformat)
    parser.add_argument("--time-zone", default="UTC", help="the shop's zone, for files whose times carry one")
    parser.add_argument("--limit", type=int, default=10, help="how many top products")
    for name in ("category", "region", "payment_method", "device", "source", "segment"):
        parser.add_argument("--" + name.replace("_", "-"), action="append", default=[])
    given = parser.parse_args()
    lines, sessions, account = read(given.kind, given.path, given.time_zone)
    selection = figures.Selection(given.first, given.last, category=given.category, region=given.region,
                                  payment_method=given.payment_method, device=given.device, source=given.source,
                                  segment=given.segment)
    json.dump(summary(lines, sessions, account, selection, given.limit), sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
