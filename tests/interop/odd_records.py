"""Records at the edges of what the models decide: where rounding, time zones, NULL, the order of text or a regular
expression could make two engines differ. Plain typed values, written as Parquet."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pyarrow
import pyarrow.parquet

TYPES = {"STRING": pyarrow.string(), "BIGINT": pyarrow.int64(), "INT": pyarrow.int32(), "BOOLEAN": pyarrow.bool_(),
         "TIMESTAMP": pyarrow.timestamp("us", tz="UTC")}


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


NOON = utc("2025-11-05 12:00:00")

# Moments at which an engine may be on the wrong side: a shop's midnight in winter and in summer, both hours that a
# Berlin clock calls 02:30 on 2025-10-26, the hour before its leap in spring, single microseconds, the first and last
# moment that is plausible and their neighbours, and a summer so far away that only rules know its time zone.
MOMENTS = [utc(text) for text in (
    "2025-11-05 22:59:59.999999", "2025-11-05 23:00:00", "2025-10-01 21:59:59.999999", "2025-10-01 22:00:00",
    "2025-10-26 00:30:00", "2025-10-26 01:30:00", "2025-03-30 00:59:59.999999", "2025-03-30 01:00:00",
    "2024-02-29 23:30:00", "2024-12-30 12:00:00", "2023-01-01 12:00:00", "2025-11-05 12:00:00.000001",
    "1989-12-31 23:59:59.999999", "1990-01-01 00:00:00", "1995-09-30 22:30:00", "1969-12-31 23:59:59.999999",
    "2099-07-15 22:30:00", "2099-12-31 22:59:59.999999", "2099-12-31 23:59:59.999999", "2100-01-01 00:00:00")]

# The first of each is another one if an engine does not compare the bytes of UTF-8, or has NULL first.
WORDS = ["zebra", "Zebra", "apple", "Äpfel", "ärger", "éclair", "Łódź", "a b", "a-b", "a_b", None]
FAR_APART = ["ﬀ", "𝔸", None]

AGENTS = [
    None, "Mozilla/5.0 (Linux; Android 14; CUBOT X70) Mobile Safari/537.36", "cubot", "Googlebot/2.1", "bot", "Bot", "bots",
    "robot_x", "xbot1", "x bot.", "ubot", "ybot", "botä", "xbotß", "xboté tool", "xbot\u0660", "bot\n", "Robot", "ROBOT",
    "SPIDER", "Crawl-er", "curl/8.0", "curl", "Wget/1.2", "python-requests/2", "Java/17", "JavaScript", "HeadlessChrome",
    "okhttp/4", "headleſs", "statuſca\u212ae", "PİNGDOM", "pıngdom", "botſ", "botİ", "Ubot", "Xbot-", "facebookexternalhit/1.1",
    "Mozilla/5.0"]


def transactions():
    rows = []

    def line(**changes):
        number = len(rows) + 1
        row = {"transaction_id": f"X{number:04}", "order_id": f"OX{number:04}", "user_id": "U0000001", "product_id": "P000001",
               "quantity": 1, "unit_price": "10.00", "discount": "0", "tax": "0", "shipping": "0", "currency": "EUR",
               "payment_method": "paypal", "payment_status": "paid", "status": "completed", "city": "Berlin",
               "country": "Germany", "region": "Europe", "transaction_timestamp": NOON, **changes}
        rows.append({"updated_at": row["transaction_timestamp"], **row})

    for quantity, total in ((3, "10.00"), (-3, "-10.00"), (8, "0.01"), (-8, "-0.01"), (8, "-0.01"), (7, "99999.99"),
                            (20000, "1.00"), (20000, "3.00"), (20000, "5.00"), (20000, "-5.00"), (-20000, "-1.00"),
                            (1000000, "0.05"), (1, "79999999.99"), (1, "80000000.00"), (0, "5.00"), (None, "12.34")):
        line(quantity=quantity, unit_price=None, total_amount=total)
        line(quantity=quantity, unit_price=None, total_amount=total, discount="0.33", tax=None, shipping="4.90")
    for quantity, price in ((1, "10.0050"), (-1, "10.0050"), (1, "10.0049"), (3, "0.0050"), (-3, "0.0050"), (1, "-10.0050"),
                            (999999, "8999.9999"), (1, "89999999.9999"), (1, "90000000"), (900000, "10000"),
                            (-900000, "9999.9999"), (0, "7.77"), (-2, "0"), (2, "0"), (None, "3.3333")):
        line(quantity=quantity, unit_price=price)
        line(quantity=quantity, unit_price=price, discount="0.01", tax="1.91", shipping=None)
    for total in ("10.00", "10.01", "10.02", "9.99", "9.98", "-10.00"):
        line(total_amount=total)
    for amount in ("899999999.99", "900000000.00", "-900000000.00"):
        line(discount=amount, tax=amount)
        line(shipping=amount)
    for moment in MOMENTS:
        line(transaction_timestamp=moment)
        line(updated_at=moment)
    for method in ("Credit Card", "CC", "debit", "PayPal", "COD", "Bitcoin", "", None):
        line(payment_method=method)
    for status, payment in (("lost", "paid"), ("completed", "maybe"), (None, None), ("returned", "refunded"),
                            ("pending", "pending"), ("cancelled", "failed")):
        line(status=status, payment_status=payment, quantity=-1)
        line(status=status, payment_status=payment, quantity=None, currency=None, region=None)
    line(region=None, country=None, city=None, product_category="Garden", user_id=None)
    line(order_id="A563185", product_id="B", unit_price="-11062.06")
    line(order_id="A563185", product_id="B", unit_price="11062.06")
    line(order_id="AB63185", product_id="B")
    line(order_id="a563185", product_id="B")
    for charge in ("POST", "m", "M", "BANK CHARGES"):
        line(product_id=charge, product_name=charge.lower())

    # Versions of one line: the newest, then a tie that all other columns decide.
    for updated in ("2025-11-06 00:00:00", "2025-11-08 00:00:00.000001", "2025-11-08 00:00:00", "2025-11-07 00:00:00"):
        line(transaction_id="XV1", unit_price=f"{len(rows)}.00", updated_at=utc(updated))
    for word in WORDS:
        line(transaction_id="XV2", customer_name=word, city=word)
        line(transaction_id="XV3", region=word, transaction_timestamp=NOON + timedelta(microseconds=len(word or "")),
             updated_at=NOON)
    for price in ("9.00", "10.00", "-9.00", None):
        line(transaction_id="XV4", unit_price=price, total_amount="10.00")

    # Customers and products without a record: the newest line with a name, ties, lines without price.
    for number, word in enumerate(WORDS):
        line(user_id="GX1", product_id="PX1", customer_name=word, product_name=word, unit_price=str(number))
        line(user_id=f"GX{word}", product_id=f"PX{word}", city=word, region=None,
             transaction_timestamp=NOON - timedelta(days=number))
    for name, price, hours in (("lamp", "5.00", 0), ("damaged?", "0", 1), (None, "6.125", 2), (None, None, 3)):
        line(user_id="GX2", product_id="PX2", product_name=name, product_category=name, unit_price=price, total_amount="1.00",
             customer_name=name, transaction_timestamp=NOON + timedelta(hours=hours))
    line(product_id="PX3", unit_price="1.005", product_name="half a cent")
    line(product_id="PX4", unit_price="1.015", product_name="half a cent")

    # At every change of the customer and of the product of users() and products(), and a microsecond before it.
    for day in range(1, 9):
        for micros in (-1, 0):
            line(user_id="UX1", product_id="QX1", quantity=day,
                 transaction_timestamp=utc(f"2025-11-{day:02} 08:00:00") + timedelta(microseconds=micros))
    return rows


def users():
    rows = []

    def user(user_id, updated_at, **changes):
        rows.append({"user_id": user_id, "name": "Ada Brandt", "email": "ada@example.org", "city": "Berlin",
                     "country": "Germany", "segment": "Regular", "signup_at": utc("2025-01-01 00:00:00"),
                     "marketing_consent": True, "lifetime_value": "1.00", "updated_at": updated_at, **changes})

    for day, changes in enumerate(({}, {"name": "Ada Lenz"}, {"name": "Ada Lenz", "lifetime_value": "2.00"}, {"segment": None},
                                   {"deleted": True}, {"deleted": False}, {"city": None}, {"birth_year": 1986}), start=1):
        user("UX1", utc(f"2025-11-{day:02} 08:00:00"), **changes)
    for word in WORDS:
        user("UX2", NOON, name=word, phone=word)  # which one counts?
        user("UX3", NOON, segment="VIP", gender=word)
    for moment in MOMENTS:
        user("UX4", moment, city=str(moment))
        user(f"UX{moment:%y%m%d%H%M%S%f}", moment)
    user("UX5", None)
    user("UX6", None, signup_at=None)
    user("UX6", utc("1990-01-01 00:00:00"), signup_at=None, marketing_consent=None)
    user("UX7", NOON, deleted=True)
    return rows


def products():
    rows = []

    def product(product_id, updated_at, **changes):
        rows.append({"product_id": product_id, "sku": "S-1", "name": "Lamp", "brand": "Lux", "category": "Home",
                     "price": "10.00", "cost": "6.66", "currency": "EUR", "rating": "4.25", "stock_quantity": 3, "active": True,
                     "created_at": utc("2025-01-01 00:00:00"), "updated_at": updated_at, **changes})

    for day, changes in enumerate(({}, {"cost": "7.77"}, {"cost": "7.77", "rating": "1.00"}, {"category": None}, {"deleted": True},
                                   {"cost": None}, {"price": None, "currency": None}, {"active": None}), start=1):
        product("QX1", utc(f"2025-11-{day:02} 08:00:00"), **changes)
    for word in WORDS:
        product("QX2", NOON, name=word)
        product("QX3", NOON, brand=word)
        product(f"QX{word}", NOON, name=word, subcategory=word)
    for word in FAR_APART:
        product("QX8", NOON, name=word)
    for price in ("9.00", "10.00", None, "-1.00"):
        product("QX4", NOON, price=price)
    for moment in MOMENTS:
        product("QX5", moment, name=str(moment))
    product("QX6", None)
    product("QX7", None, created_at=None)
    return rows


def clickstream():
    rows = []

    def event(at, **changes):
        number = len(rows) + 1
        rows.append({"event_id": f"EX{number:04}", "session_id": f"SX{number:04}", "event_time": at, "event_type": "view",
                     "page_url": "https://souk.example/", "product_id": "P000001", "device_type": "mobile",
                     "user_agent": "Mozilla/5.0", "traffic_source": "google", "city": "Berlin", "country": "Germany",
                     **changes})

    for agent in AGENTS:
        event(NOON, user_agent=agent)
    for moment in MOMENTS:
        event(moment)
        event(moment, user_id="UX4", product_id="QX5")
    event(NOON, session_id=None, user_id="GX3")
    event(NOON, session_id=None, user_id=None)
    event(NOON, traffic_source=None, country=None, event_type="zoom", search_query="Ä\t😀 \"x\"", search_results=0)

    # A new visit after more than 30 minutes of silence, not after exactly 30, and over midnight.
    for session, gap in (("SXa", 1800), ("SXb", 1800.000001), ("SXc", 1799.999999)):
        for step in range(4):
            event(utc("2025-11-05 22:00:00") + timedelta(seconds=gap * step), session_id=session,
                  event_type=("view", "add_to_cart", "purchase", "exit")[step], user_id=None if step < 2 else "GX4",
                  device_type="desktop" if step % 2 else "tablet", price="19.99", quantity=1)
    for session, words in (("SXd", WORDS), ("SXh", FAR_APART)):  # at one moment: the first by its id
        for word in words:
            event(NOON, session_id=session, event_id=f"{session}{word}", device_type=word, user_id=word)

    # 50 events in less than 50 seconds are a robot's, in 50 seconds or 49 events a person's.
    for session, events, micros in (("SXe", 50, 49_999_999), ("SXf", 50, 50_000_000), ("SXg", 49, 40_000_000)):
        for number in range(events):
            event(NOON + timedelta(microseconds=micros * number // (events - 1)), session_id=session,
                  user_agent=f"Mozilla/{WORDS[number % len(WORDS)]}")

    for word in WORDS:  # reported more than once, with a tie
        event(NOON, event_id="EXv", session_id="SXv", search_query=word)
    event(NOON - timedelta(seconds=1), event_id="EXv", session_id="SXv", search_query="older")
    for day in range(1, 9):
        for micros in (-1, 0):
            event(utc(f"2025-11-{day:02} 08:00:00") + timedelta(microseconds=micros), user_id="UX1", product_id="QX1")
    event(NOON, product_id="PX5", price="3.99")
    event(NOON + timedelta(seconds=1), product_id="PX5", price="4.99")
    return rows


def write(record, columns, path):
    """Writes the record's rows with the columns [(name, type of the Spark dialect)]."""
    fields = [(name, type_of(kind)) for name, kind in columns]
    rows = [{name: value_of(row.get(name), kind) for name, kind in fields} for row in globals()[record]()]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields)), path)


def type_of(kind):
    if kind.startswith("DECIMAL"):
        return pyarrow.decimal128(*map(int, kind[len("DECIMAL("):-1].split(",")))
    return TYPES[kind]


def value_of(value, kind):
    return Decimal(value) if pyarrow.types.is_decimal(kind) and value is not None else value
