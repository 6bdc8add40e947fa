#!/usr/bin/env python3
"""One stream of orders that are late, sent twice, changed, cancelled and sent back: the live page, the hot store, the reports and
the API say the same, and what they say is what was worked out by hand.

Usage: agreement.py      SOUK=path of the program (default build/souk)

It is noon in the shop (the time zone is chosen so), and everything happened today between 11:00 and 11:40. The amounts below are
the whole story; nothing of the program computes what is expected.
"""
import sys
import tempfile
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shop import Shop, noon_zone

ZONE = noon_zone()
TODAY = datetime.now(ZoneInfo(ZONE)).date()


def at(clock):
    """Today's time in the shop as UTC."""
    local = datetime.combine(TODAY, datetime.strptime(clock, "%H:%M").time(), ZoneInfo(ZONE))
    return local.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(number, order, quantity, price, when, **more):
    return {"transaction_id": number, "order_id": order, "user_id": "U1", "product_id": "P1", "quantity": quantity,
            "unit_price": price, "city": "Berlin", "transaction_timestamp": at(when), **more}


def event(number, session, what, when):
    return {"event_id": number, "session_id": session, "user_id": session, "event_type": what, "event_time": at(when),
            "product_id": "P1", "device_type": "mobile"}


CUP = line("L1", "O1", 2, "10.00", "11:00", discount="1.00", tax="3.61", shipping="4.90")  # 27.51
SPOON = line("L2", "O1", 1, "5.25", "11:00")  # 5.25
POT_PENDING = line("L3", "O2", 3, "7.10", "11:01", status="pending", payment_status="pending", city="Bonn")  # nothing yet
POT_PAID = {**POT_PENDING, "status": "completed", "payment_status": "paid", "updated_at": at("11:03")}  # 21.30
LAMP = line("L4", "O3", 1, "99.99", "11:02", city="Bonn")  # 99.99, sent twice
RUG = line("L5", "O4", 2, "15.00", "11:02")  # 30.00, until it is cancelled
RUG_CANCELLED = {**RUG, "status": "cancelled", "updated_at": at("11:04")}
BOWL_FAILED = line("L6", "O5", 1, "40.00", "11:03", status="pending", payment_status="failed", failure_reason="card_declined")
CUP_BACK = line("L7", "O1", -1, "10.00", "11:40", status="returned", payment_status="refunded")  # -10.00
VASE = line("L8", "O6", 1, "12.34", "11:38")  # 12.34, sent after 11:40 but in time
CHAIR = line("L9", "O7", 1, "50.00", "11:05")  # sent after 11:40: too late
VISITS = [event("E1", "S1", "view", "11:00"), event("E2", "S1", "add_to_cart", "11:01"), event("E3", "S1", "purchase", "11:02"),
          event("E4", "S2", "view", "11:03"), event("E4", "S2", "view", "11:03")]

# After the first records: 27.51 + 5.25 + 99.99 + 30.00; the pot is not paid. Pieces 2 + 1 + 1 + 2.
FIRST = {"revenue": "162.75", "orders": "3", "average_order_value": "54.25", "units": "6", "returns": "0.00",
         "failed_payments": "0", "cancelled_orders": "0", "sessions": "0", "conversion_rate": ""}
# The rug's 30.00 are gone, the pot's 21.30 come, the cup's 10.00 go back, the vase's 12.34 come: 156.39.
# Sold are O1, O2, O3, O6; pieces 2 + 1 + 3 + 1 - 1 + 1 = 7; 156.39 / 4 = 39.0975.
SECOND = {"revenue": "156.39", "orders": "4", "average_order_value": "39.10", "units": "7", "returns": "10.00",
          "failed_payments": "1", "cancelled_orders": "1", "sessions": "2", "conversion_rate": "0.5"}
CITIES = {"Berlin": "35.10", "Bonn": "121.29"}  # 27.51 + 5.25 - 10.00 + 12.34; 21.30 + 99.99
# The chair is in the reports only: O7, one piece; 206.39 / 5 = 41.278.
LATE = {**SECOND, "revenue": "206.39", "orders": "5", "average_order_value": "41.28", "units": "8"}


def live_page(shop):
    kpis = {kpi["name"]: kpi["today"] for kpi in shop.live()["kpis"]}
    return {name: kpis[name] for name in SECOND}


def hot_windows(shop):
    """Sums of the windows, and what follows from them."""
    scales = {"revenue": 100, "returns": 10_000}
    rows = shop.rows("sql", "SELECT kpi, sum(value) AS value FROM hot.kpi_windows WHERE dimension = '' GROUP BY kpi")
    sums = {row["kpi"]: Decimal(row["value"]) / scales.get(row["kpi"], 1) for row in rows}
    figures = {name: sums.get(name, 0) for name in SECOND}
    figures["average_order_value"] = figures["revenue"] / figures["orders"]
    figures["conversion_rate"] = sums.get("sessions_with_purchase", 0) / figures["sessions"] if figures["sessions"] else None
    return figures


def hot_orders(shop):
    """The lines themselves, without any window."""
    return shop.rows("sql", """
        SELECT sum(total_amount) FILTER (sale) AS revenue, count(DISTINCT order_id) FILTER (sale AND quantity > 0) AS orders,
          money_div(sum(total_amount) FILTER (sale), count(DISTINCT order_id) FILTER (sale AND quantity > 0)) AS average_order_value,
          sum(quantity) FILTER (sale) AS units,
          coalesce(-sum(quantity * unit_price) FILTER (sale AND quantity < 0), 0) AS returns,
          count(*) FILTER (payment_status = 'failed') AS failed_payments,
          count(DISTINCT order_id) FILTER (status = 'cancelled') AS cancelled_orders
        FROM (SELECT *, status IN ('completed', 'returned') AND payment_status IN ('paid', 'refunded') AS sale FROM hot.orders)
        """)[0]


def report(shop):
    return shop.rows("report", "sales_overview", "--from", TODAY, "--to", TODAY)[0]


def api_report(shop):
    answer = shop.api(f"/api/reports/sales_overview?from={TODAY}&to={TODAY}")
    return dict(zip((column["name"] for column in answer["columns"]), answer["rows"][0]))


def same(where, figures, expected):
    """To the cent; a figure that is none is '' or null."""
    def plain(name, value):
        if value in (None, ""):
            return None
        cents = Decimal("0.01") if name in ("revenue", "average_order_value", "returns") else Decimal("0.0001")
        return Decimal(str(value)).quantize(cents, "ROUND_HALF_UP")
    differ = [f"{name} is {figures[name]}, and not {expected[name]}" for name in expected if name in figures
              and plain(name, figures[name]) != plain(name, expected[name])]
    print(f"{where}: {'; '.join(differ) or 'as worked out by hand'}", flush=True)
    return not differ


def shown_until(shop):
    """The cut-off times that a person sees: live its commit and watermark, a report until when its data is."""
    live, answer = shop.live(), shop.api(f"/api/reports/sales_overview?from={TODAY}&to={TODAY}")
    table = shop.souk("report", "sales_overview", "--from", TODAY, "--to", TODAY).splitlines()[0]
    return live["committed_at"], live["watermark"], answer["data_until"], table


def cities(shop):
    def money(value):
        return Decimal(value).quantize(Decimal("0.01"))
    windows = shop.rows("sql", "SELECT member, sum(value) AS cents FROM hot.kpi_windows WHERE kpi = 'revenue' AND "
                               "dimension = 'city' GROUP BY member")
    rows = shop.rows("report", "revenue_by_city", "--from", TODAY, "--to", TODAY)
    return {row["member"]: money(row["cents"]) / 100 for row in windows}, {row["city"]: money(row["revenue"]) for row in rows}


def story(shop):
    good = []

    def send(*lines):
        shop.produce("ecommerce-transactions", lines, "$.order_id")

    send(CUP, SPOON, POT_PENDING, LAMP, RUG)
    shop.settle(5)
    shop.souk("build")
    for where, figures in (("first: live", live_page(shop)), ("first: report", report(shop))):
        good.append(same(where, figures, FIRST))

    # The watermark has not gone by anything of this.
    send(POT_PAID, LAMP, RUG_CANCELLED, BOWL_FAILED)
    shop.produce("ecommerce-clickstream", VISITS, "$.session_id")
    shop.settle(14)
    send(CUP_BACK)
    shop.settle(15)
    shop.wait("the watermark at 11:35", lambda: shop.live()["watermark"] >= at("11:35"))
    send(VASE)
    shop.settle(16)

    # Live has it, the reports do not yet, and each says so.
    for where, figures in (("before the build: live", live_page(shop)), ("before the build: hot store", hot_windows(shop))):
        good.append(same(where, figures, SECOND))
    good.append(same("before the build: report", report(shop), FIRST))
    committed, watermark, until, table = shown_until(shop)
    print(f"before the build: live was committed at {committed}, its watermark is {watermark}; API until {until}; {table}")
    good.append(at("11:02") == until and table.endswith(f"; data until {until}") and committed > watermark >= at("11:35"))

    shop.souk("build")
    for where, figures in (("live", live_page(shop)), ("hot store", hot_windows(shop)), ("hot orders", hot_orders(shop)),
                           ("report", report(shop)), ("API", api_report(shop))):
        good.append(same(f"after the build: {where}", figures, SECOND))
    expected = {city: Decimal(value) for city, value in CITIES.items()}
    by_city = cities(shop)
    print(f"after the build: cities {'as worked out by hand' if all(c == expected for c in by_city) else by_city}")
    good.append(all(city == expected for city in by_city))
    good.append(shown_until(shop)[2] == at("11:40"))

    # Too late: live counts and keeps it, and has it in no figure; the reports have it after the next build.
    send(CHAIR)
    shop.settle(17)
    shop.souk("build")
    counters, late = shop.live()["health"]["counters"], shop.rows("sql", "SELECT transaction_id FROM hot.late_records")
    print(f"too late: {counters['late']}, {late}; {counters['duplicates']} duplicates, {counters['updates']} updates")
    good.append(counters["late"] == 1 and late == [{"transaction_id": "L9"}])
    good.append(counters["duplicates"] == 2 and counters["updates"] == 2)
    good.append(same("too late: live", live_page(shop), SECOND))
    good.append(same("too late: hot store", hot_windows(shop), SECOND))
    good.append(same("too late: report", report(shop), LATE))
    good.append(same("too late: API", api_report(shop), LATE))
    return all(good)


def main():
    with tempfile.TemporaryDirectory(prefix="souk-agreement-") as name:
        shop = Shop(name, sets=[f"shop.time_zone={ZONE}"])
        shop.start()
        good = story(shop)
        shop.stop()
    if not good:
        sys.exit("they do not agree")
    print("they agree")


if __name__ == "__main__":
    main()
