"""A shop whose files are as dirty as files get, against what its simulator says that a platform makes of them."""

from decimal import Decimal

import truth
from figures import MONEY, RATES
from money import rounded

# What the rules of Souk call what the simulator calls otherwise: kind of dirt → (record, SQL that counts it).
COUNTS = {
    "bot_by_agent": ("clickstream", "SELECT rows AS n FROM (SELECT COUNT(*) AS rows FROM clean.stg_clickstream_rejected "
                                    "WHERE reject_reason = 'a robot by its user agent')"),
    "bot_by_pace": ("clickstream", "SELECT COALESCE(SUM(events), 0) AS n FROM robot_visits"),
    "negative_price": ("transactions", "SELECT COUNT(*) AS n FROM clean.stg_transactions WHERE exclusion = 'invalid_amount'"),
}


def compare(table, souk, directory):
    told = truth.read(directory)
    first, last = told["days"][0]["day"], told["days"][-1]["day"]
    section = table.section("after cleaning", "sales_overview")
    _row(section, "", told["totals"], souk.report("sales_overview", first, last, {})[0])
    for report, name, key in (("sales_trend", "days", "day"), ("revenue_by_category", "categories", "category"),
                              ("revenue_by_region", "regions", "region")):
        section = table.section("after cleaning", report)
        rows = {str(row[key]): row for row in souk.report(report, first, last, {})}
        section.equal("rows", sorted(row[key] for row in told[name]), sorted(rows))
        for row in told[name]:
            _row(section, row[key], row, rows.get(row[key], {}))
    section = table.section("dirt", "-")
    for kind, (record, query) in COUNTS.items():
        section.equal(kind, told["dirt"][record][kind], int(souk.sql(query)[0]["n"]))


def _row(section, where, told, got):
    """The figures that both have; the simulator writes amounts as texts, and rates with six decimals."""
    names = [name for name in told if name in got and name != where]
    numbers = {name: Decimal(told[name]) for name in names if told[name] is not None and name in MONEY + RATES}
    expected = {name: numbers.get(name, told[name]) for name in names}
    short = {name: rounded(Decimal(str(got[name])), 6) for name in names if name in RATES and got[name] is not None}
    section.row(where, {name: value for name, value in expected.items() if name not in ("day", "category", "region")},
                {**got, **short})
