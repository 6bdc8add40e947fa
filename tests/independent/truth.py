"""The simulator's own account of the shop that it made, truth.json, against the same figures from the files."""

import json
from collections import Counter
from decimal import Decimal

import figures

UNTOLD = ("discount_rate", "return_rate")  # the simulator does not say them


def read(directory):
    return json.loads((directory / "truth.json").read_text(encoding="utf-8"), parse_float=Decimal)


def compare(table, truth, lines, sessions):
    totals = table.section("truth.json", "totals")
    _row(totals, "", truth["totals"], lines, sessions)
    days = table.section("truth.json", "days")
    line_days, session_days = figures.grouped(lines, "day"), figures.grouped(sessions, "day")
    seen = {str(day) for day in (*line_days, *session_days)}
    days.equal("days with data", sorted(seen), sorted(seen & {row["day"] for row in truth["days"]}))
    by_text = {str(day): day for day in (*line_days, *session_days)}
    for row in truth["days"]:
        day = by_text.get(row["day"])
        _row(days, row["day"], row, line_days.get(day, []), session_days.get(day, []))
    for name, attribute in (("categories", "category"), ("regions", "region")):
        section, groups = table.section("truth.json", name), figures.grouped(lines, attribute)
        section.equal("groups", sorted(groups), sorted(row[attribute] for row in truth[name]))
        for row in truth[name]:
            _row(section, row[attribute], row, groups.get(row[attribute], []), None)
    section, products = table.section("truth.json", "top products"), figures.by_product(lines, sessions)
    names, best = figures.names_by_product(lines), figures.top(products, len(truth["top_products"]))
    section.equal("order", [key for key, _ in best], [row["product_id"] for row in truth["top_products"]])
    for (key, expected), row in zip(best, truth["top_products"]):
        section.row(key, {name: expected[name] for name in ("revenue", "units", "orders", "category")}, row)
        section.one_of(f"{key} name", names[key], row["name"])


def _row(section, where, row, lines, sessions):
    computed = {name: value for name, value in figures.sales_figures(lines).items() if name not in UNTOLD}
    section.row(where, computed, row)
    section.equal(f"{where} paid payments", sum(line.payment_status == "paid" for line in lines), row["paid_payments"])
    failed = Counter(line.failure_reason for line in lines if line.payment_status == "failed")
    reasons = {reason: count for reason, count in row["failed_payments_by_reason"].items() if count}
    section.equal(f"{where} failure reasons", dict(failed), reasons)
    if sessions is not None:
        section.row(where, figures.session_figures(sessions), row)
        section.equal(f"{where} sessions with purchase", sum(session.has_purchase for session in sessions),
                      row["sessions_with_purchase"])
