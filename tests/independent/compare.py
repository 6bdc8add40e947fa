#!/usr/bin/env python3
"""Compares every figure that Souk reports with the independent recomputation, to the cent.

    compare.py online-retail | online-sales | shop | dirty-shop | edges | habits

SOUK names the program (default build/souk), SOUK_SHOP_DATA the directory of the published files
(default ../shared/data beside the repository). Exit code 0: all equal, 1: some differ, 77: the data is not there.
"""

import os
import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import analyses
import compare_analyses
import dirty
import figures
import raw_files
import shop_files
import truth
from check import Table
from habits import EXPECTED
from souk import REPOSITORY, Souk

SKIPPED = 77
TIME_ZONE = "Europe/Berlin"
ZONE = ZoneInfo(TIME_ZONE)
SHOP_SIZE = ("--users", 3000, "--products", 400, "--transactions", 20000, "--events", 60000, "--seed", 20261121)


def data_file(name):
    directory = Path(os.environ.get("SOUK_SHOP_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (directory / name).is_file():
        print(f"skipped: {directory / name} is not there; name the directory with SOUK_SHOP_DATA")
        sys.exit(SKIPPED)
    return directory / name


def day(text):
    return date.fromisoformat(text)


def online_retail(table, work, souk):
    packed = data_file("online_retail.csv.xz")
    lines, account = raw_files.online_retail(packed)
    table.facts("account of the raw file", [
        ("lines", 541909, account["raw_lines"]),
        ("lines without customer", 135080, account["without_customer"]),
        ("exact duplicates", 5268, account["drawers"]["duplicate"])])
    plain = work / "online_retail.csv"
    plain.write_bytes(raw_files.unpacked(packed))
    souk.run("ingest", plain, "--as", "transactions")
    souk.run("build")
    compare_staging(table, souk, account)
    christmas = day("2010-12-25")  # closed: a day without a line
    compare_reports(table, souk, lines, [], [
        ("whole file", day("2010-12-01"), day("2011-12-09"), {}),
        ("November 2011", day("2011-11-01"), day("2011-11-30"), {}),
        ("one week", day("2011-08-08"), day("2011-08-14"), {}),
        ("last day", day("2011-12-09"), day("2011-12-09"), {}),
        ("a day without a line", christmas, christmas, {}),
        ("Germany", day("2010-12-01"), day("2011-12-09"), {"region": ["Germany"]}),
        ("France and EIRE, spring", day("2011-03-01"), day("2011-05-31"), {"region": ["France", "EIRE"]}),
        ("no category", day("2011-01-01"), day("2011-06-30"), {"category": ["Uncategorised"]}),
        ("a region that is not there", day("2011-01-01"), day("2011-06-30"), {"region": ["Atlantis"]}),
    ])
    compare_analyses.compare(table, souk, analyses.Books(lines, zone=ZONE), [
        ("whole file", day("2010-12-01"), day("2011-12-09"), {}),
        ("October 2011", day("2011-10-01"), day("2011-10-31"), {}),
        ("a day without a line", christmas, christmas, {}),
        ("France and EIRE, spring", day("2011-03-01"), day("2011-05-31"), {"region": ["France", "EIRE"]}),
    ])


def online_sales(table, work, souk):
    path = data_file("Online Sales Data.csv")
    lines, account = raw_files.online_sales(path)
    table.facts("account of the raw file", [("lines", 240, account["raw_lines"])])
    souk.run("ingest", path, "--as", "transactions")
    souk.run("build")
    compare_staging(table, souk, account)
    first, last = day("2024-01-01"), day("2024-08-27")
    compare_reports(table, souk, lines, [], [
        ("whole file", first, last, {}),
        ("February", day("2024-02-01"), day("2024-02-29"), {}),
        ("last day", last, last, {}),
        ("Electronics", first, last, {"category": ["Electronics"]}),
        ("Books and Sports in Asia", first, last, {"category": ["Books", "Sports"], "region": ["Asia"]}),
        ("PayPal", first, last, {"payment_method": ["paypal"]}),
    ])
    compare_analyses.compare(table, souk, analyses.Books(lines, zone=ZONE), [
        ("whole file", first, last, {}),
        ("PayPal", first, last, {"payment_method": ["paypal"]}),
    ])


def shop(table, work, souk):
    directory = work / "shop"
    souk.run("generate", "history", "--out", directory, "--format", "csv", *SHOP_SIZE)
    lines, sessions, _ = shop_files.shop(directory, TIME_ZONE)
    truth.compare(table, truth.read(directory), lines, sessions)
    souk.run("ingest", directory)
    souk.run("build")
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    middle = first + (last - first) / 2
    month = (middle, middle + timedelta(days=29))
    top_region, top_category = largest(lines, "region"), largest(lines, "category")
    compare_reports(table, souk, lines, sessions, [
        ("whole shop", first, last, {}),
        ("a month", *month, {}),
        ("one day", middle, middle, {}),
        ("largest region", *month, {"region": [top_region]}),
        ("largest category", *month, {"category": [top_category]}),
        ("credit card", *month, {"payment_method": ["credit_card"]}),
        ("mobile", *month, {"device": ["mobile"]}),
        ("google and email", *month, {"source": ["google", "email"]}),
        ("VIP", first, last, {"segment": ["VIP"]}),
        ("region and category", first, last, {"region": [top_region], "category": [top_category]}),
        ("a product", first, last, {"product": [busiest_product(lines)]}),
        ("Saturdays and Sundays", *month, {"weekday": ["6", "7"]}),
        ("Tuesdays at 14 and 15", first, last, {"weekday": ["2"], "hour": ["14", "15"]}),
    ])
    books = analyses.Books(lines, sessions, *shop_files.people_and_goods(directory, TIME_ZONE), zone=ZONE)
    compare_analyses.compare(table, souk, books, [
        ("whole shop", first, last, {}),
        ("a month", *month, {}),
        ("largest category", *month, {"category": [top_category]}),
        ("mobile, credit card", first, last, {"device": ["mobile"], "payment_method": ["credit_card"]}),
    ])


def dirty_shop(table, work, souk):
    directory = work / "shop"
    souk.run("generate", "history", "--out", directory, "--format", "csv", "--dirt", "heavy", *SHOP_SIZE)
    souk.run("ingest", directory)
    souk.run("build")
    dirty.compare(table, souk, directory)


def edges(table, work, souk):
    """A handful of lines, each for one rule: see edges/. What they add up to was worked out by hand."""
    directory = Path(__file__).resolve().parent / "edges"
    lines, sessions, _ = shop_files.shop(directory, TIME_ZONE)
    got = figures.printable(figures.overview(lines, sessions))
    table.facts("worked out by hand", [(name, value, got[name]) for name, value in BY_HAND.items()])
    souk.run("ingest", directory)
    souk.run("build")
    first, last = day("2025-03-29"), day("2025-03-31")
    compare_reports(table, souk, lines, sessions, [
        ("whole", first, last, {}),
        ("last second of a day", first, first, {}),
        ("the day the clocks change", day("2025-03-30"), day("2025-03-30"), {}),
        ("changed on the next day", last, last, {}),
        ("VIP", first, last, {"segment": ["VIP"]}),
        ("one category", first, last, {"category": ["Kitchen"]}),
        ("source or country", first, last, {"region": ["France", "Unknown"], "category": ["Kitchen", "Uncategorised"]}),
        ("two payment methods", first, last, {"payment_method": ["wallet", "paypal"]}),
        ("desktop", first, last, {"device": ["desktop"]}),
    ])
    books = analyses.Books(lines, sessions, *shop_files.people_and_goods(directory, TIME_ZONE), zone=ZONE)
    compare_analyses.compare(table, souk, books, [
        ("whole", first, last, {}),
        ("the day the clocks change", day("2025-03-30"), day("2025-03-30"), {}),
        ("one category", first, last, {"category": ["Kitchen"]}),
        ("two payment methods", first, last, {"payment_method": ["wallet", "paypal"]}),
    ])


def habits(table, work, souk):
    """A hand-made shop of odd customers: see habits.py, which says what it must report."""
    directory = Path(__file__).resolve().parent / "habits"
    lines, sessions, _ = shop_files.shop(directory, TIME_ZONE)
    souk.run("ingest", directory)
    souk.run("build")
    books = analyses.Books(lines, sessions, *shop_files.people_and_goods(directory, TIME_ZONE), zone=ZONE)
    compare_analyses.compare_by_hand(table, souk, books, EXPECTED)


BY_HAND = {"revenue": "156.68", "transactions": 10, "orders": 8, "units": 19, "gross_sales": "138.58",
           "discounts": "1.00", "returns": "0.13", "net_sales": "137.46", "average_transaction_value": "15.67",
           "average_order_value": "19.59", "failed_payments": 2, "failed_payment_rate": "0.166667",
           "cancelled_orders": 2, "sessions": 5, "visitors": 4, "conversion_rate": "0.600000"}


def largest(lines, attribute):
    return max(figures.by(attribute, lines).items(), key=lambda item: item[1]["revenue"])[0]


def busiest_product(lines):
    return Counter(line.product_id for line in lines if line.is_sale).most_common(1)[0][0]


def compare_staging(table, souk, account):
    """Each raw line is a duplicate, or in staging with a reason, or in staging and counts."""
    rows = souk.sql("SELECT coalesce(exclusion, 'counts') AS fate, count(*) AS lines "
                    "FROM clean.stg_transactions GROUP BY 1")
    got = {row["fate"]: row["lines"] for row in rows}
    drawers = dict(account["drawers"])
    duplicates = drawers.pop("duplicate", 0)
    expected = {"duplicates left out": duplicates}
    for drawer, count in drawers.items():
        fate = drawer if drawer in ("stock_correction", "bad_debt", "invalid_amount") else "counts"
        expected[fate] = expected.get(fate, 0) + count
    got["duplicates left out"] = account["raw_lines"] - sum(got.values())
    table.facts("lines in staging", [(fate, expected.get(fate, 0), got.get(fate, 0))
                                     for fate in sorted(set(expected) | set(got))])


def compare_reports(table, souk, lines, sessions, cases):
    names = figures.names_by_product(lines)
    by_product = figures.grouped(lines, "product_id").items()
    categories = {product: {line.category for line in group} for product, group in by_product}
    for label, first, last, filters in cases:
        selection = figures.Selection(first, last, **filters)
        chosen = selection.lines(lines)
        visits = selection.sessions(sessions)
        for report, compare in REPORTS.items():
            if report == "order_lines" and len(chosen) > MOST_LINES:
                continue
            if report == "visits" and (visits is None or len(visits) > MOST_LINES):
                continue
            more = ("--limit", LIMITS[report]) if report in LIMITS else ()
            rows = souk.report(report, first, last, filters, *more)
            section = table.section(label, report)
            compare(section, rows, chosen, visits, first, last)
            if report == "top_products":
                known_as(section, rows, names, categories)


def sales_overview(section, rows, chosen, visits, first, last):
    section.equal("rows", 1, len(rows))
    expected = figures.overview(chosen, visits)
    expected.pop("visitors", None)  # not among the report's columns
    section.row("", expected, rows[0] if rows else {})


def sales_trend(section, rows, chosen, visits, first, last):
    days = figures.by_day(chosen, visits, first, last)
    section.equal("days", list(days), [str(row["day"]) for row in rows])
    names = ["revenue", "transactions", "orders", "average_transaction_value", "average_order_value", "units", "sessions",
             "conversion_rate", "gross_sales", "discounts", "returns", "net_sales"]
    for row in rows:
        expected = days.get(str(row["day"]))
        if expected:
            section.row(row["day"], {name: expected[name] for name in names}, row)


def by_group(attribute, names, by="revenue"):
    def compare(section, rows, chosen, visits, first, last):
        groups = figures.by(attribute, chosen)
        section.equal("groups", sorted(groups), sorted(str(row[attribute]) for row in rows))
        section.equal(f"sorted by {by}", True, falling([row[by] for row in rows]))
        for row in rows:
            expected = groups.get(row[attribute])
            if expected:
                section.row(row[attribute], {name: expected[name] for name in names}, row)
    return compare


def top_products(section, rows, chosen, visits, first, last):
    products = figures.by_product(chosen, visits)
    best = figures.top(products, 25)
    # Equal revenue may stand in any order, so the list of revenues is compared and then each product by itself.
    section.equal("revenues in order", [figures.cents(row["revenue"]) for _, row in best],
                  [figures.cents(Decimal(row["revenue"])) for row in rows])
    names = ["revenue", "units", "orders", "conversion_rate"]
    for row in rows:
        expected = products.get(row["product_id"])
        if expected is None:
            section.equal(f"{row['product_id']} is a product with sales", True, False)
            continue
        section.row(row["product_id"], {name: expected[name] for name in names}, row)


def order_lines(section, rows, chosen, visits, first, last):
    """Every line as often as it is there; its time is not known here."""
    def key(order, product, quantity, total, status, payment):
        return order, product, int(quantity), figures.cents(Decimal(total)), status, payment
    section.equal("lines", Counter(key(line.order_id, line.product_id, line.quantity, line.total, line.status,
                                       line.payment_status) for line in chosen if line.exclusion is None),
                  Counter(key(*(row[name] for name in ("order_id", "product_id", "quantity", "total_amount", "status",
                                                       "payment_status"))) for row in rows))
    section.equal("newest first", True, falling([(row["day"], row["time"]) for row in rows]))


def visit_rows(section, rows, chosen, visits, first, last):
    section.equal("visits", Counter((visit.session_id, visit.day.isoformat(), len(visit.events), visit.has_purchase)
                                    for visit in visits),
                  Counter((row["session_id"], str(row["day"]), int(row["events"]), row["outcome"] == "bought")
                          for row in rows))
    section.equal("newest first", True, falling([(row["day"], row["time"]) for row in rows]))


def known_as(section, rows, names, categories):
    """A product has one name and one category whatever the period, so all lines are asked for them."""
    for row in rows:
        product = row["product_id"]
        if names.get(product):
            section.one_of(f"{product} name", names[product], row["name"])
        section.one_of(f"{product} category", categories.get(product, ()), row["category"])


def falling(values):
    return all(a >= b for a, b in zip(values, values[1:]))


REPORTS = {
    "sales_overview": sales_overview,
    "sales_trend": sales_trend,
    "revenue_by_category": by_group("category", ["revenue", "share", "transactions", "units"]),
    "revenue_by_region": by_group("region", ["revenue", "share", "orders"]),
    "top_products": top_products,
    "discounts_and_returns": by_group("category", ["gross_sales", "discounts", "discount_rate", "returns", "return_rate",
                                                   "net_sales"], "gross_sales"),
    "order_lines": order_lines,
    "visits": visit_rows,
}
LIMITS = {"top_products": 25, "order_lines": 1_000_000, "visits": 1_000_000}
MOST_LINES = 30_000  # to be listed one by one
SUBJECTS = {"online-retail": online_retail, "online-sales": online_sales, "shop": shop, "dirty-shop": dirty_shop,
            "edges": edges, "habits": habits}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in SUBJECTS:
        sys.exit(__doc__)
    table = Table(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="souk-independent-") as work:
        souk = Souk(Path(work) / "souk-data", TIME_ZONE)
        if not Path(souk.program).is_file():
            print(f"skipped: {souk.program} is not there; build it or name it with SOUK")
            sys.exit(SKIPPED)
        SUBJECTS[sys.argv[1]](table, Path(work), souk)
    sys.exit(table.finish())


if __name__ == "__main__":
    main()
