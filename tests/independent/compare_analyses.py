"""Every analysis of Souk against analyses.py, row by row in the order in which they come."""

from datetime import date
from decimal import Decimal

import analyses
import figures
from money import rounded

LIMIT = 100
LONGEST_BY_HOUR = 31  # days; a year by the hour says nothing new and takes its time
MOST_LINES_IN_PAIRS = 100_000  # the pairs of a year of Online Retail take Python most of a minute
# With a limit, because they rank; the names of their products may be any that the lines use.
RANKED = ("product_leaderboard", "rfm_customers", "search_terms", "revenue_by_city", "bought_together")
# About visits, of which no payment method is known.
VISITS = ("conversion_funnel", "abandoned_carts", "search_terms")
REPORTS = ("revenue_hourly", "hourly_pattern", "customer_segments", "new_vs_returning", "cohort_retention",
           "cohort_revenue", "cohort_channels", "payment_methods", "failed_payments", "cancelled_orders",
           "conversion_funnel", "abandoned_carts", *RANKED)


def compare(table, souk, books, cases):
    names = figures.names_by_product(books.lines)
    for label, first, last, filters in cases:
        for report in REPORTS:
            if report == "revenue_hourly" and (last - first).days > LONGEST_BY_HOUR:
                continue
            if report in VISITS and ("payment_method" in filters or not books.sessions):
                continue
            if report == "bought_together" and len(books.lines) > MOST_LINES_IN_PAIRS and (last - first).days > 31:
                continue
            question = analyses.Question(books, first, last, filters, LIMIT)
            more = ("--limit", LIMIT) if report in RANKED else ()
            rows = souk.report(report, first, last, filters, *more)
            compare_rows(table.section(label, report), getattr(analyses, report)(question), rows, names)
    if books.products:
        days_of_cover(table, souk, books, names)


def days_of_cover(table, souk, books, names):
    last = max([line.day for line in books.lines] + [session.day for session in books.sessions])
    top = figures.by("category", [line for line in books.lines if not line.is_charge])
    category = max(top, key=lambda name: top[name]["revenue"])
    for label, filters in (("now", {}), ("now, one category", {"category": [category]})):
        question = analyses.Question(books, last, last, filters, LIMIT)
        rows = souk.report("days_of_cover", None, None, filters, "--limit", LIMIT)
        compare_rows(table.section(label, "days_of_cover"), analyses.days_of_cover(question), rows, names)


def compare_by_hand(table, souk, books, expected):
    """Both Souk and analyses.py against rows that were worked out by hand."""
    for report, first, last, columns, wanted in expected:
        days = [date.fromisoformat(day) for day in (first, last)] if first else [max(s.day for s in books.sessions)] * 2
        computed = getattr(analyses, report)(analyses.Question(books, *days, {}))
        section = table.section(f"{first or 'now'}", report)
        for who, rows in (("souk", souk.report(report, first, last, {})), ("recomputed", computed)):
            section.equal(f"{who}: rows", len(wanted), len(rows))
            for place, (values, row) in enumerate(zip(wanted, rows), 1):
                by_hand = {name: exact(name, value) for name, value in zip(columns, values)}
                section.row(f"{who}: row {place}", by_hand, {name: exact(name, row[name]) for name in columns})


def exact(name, value):
    """Money to the cent and rates to four places, as a hand writes them; everything else as it is."""
    if value is None or name not in figures.MONEY + figures.RATES:
        return value
    return rounded(Decimal(str(value)), 2 if name in figures.MONEY else 4)


def compare_rows(section, expected, rows, names):
    section.equal("rows", len(expected), len(rows))
    for place, (wanted, row) in enumerate(zip(expected, rows), 1):
        section.row(f"row {place}", wanted, row)
        for column, key in (("name", "product_id"), ("other_name", "other_product_id")):
            if key in row:
                section.one_of(f"row {place} {column}", names.get(row[key], {row[key]}), row[column])
