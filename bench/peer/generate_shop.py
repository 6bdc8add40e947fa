#!/usr/bin/env python3
"""The generator's peer: a shop's history as a data engineer writes it with Faker, pandas, NumPy and PyArrow.

    generate_shop.py OUT --users 100000 --products 10000 --transactions 500000 --events 1000000
                     --from 2025-01-01 --to 2025-12-31 --seed 1

Writes OUT/users/users.csv, OUT/products/products.csv, OUT/transactions/YYYY/MM/DD/part-0.parquet and
OUT/clickstream/YYYY/MM/DD/part-0.json.
"""

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from faker import Faker

CATEGORIES = ["Electronics", "Fashion", "Home & Garden", "Sports", "Books", "Beauty", "Toys", "Food", "Automotive",
              "Health"]
PLACES = {
    ("Germany", "Europe"): ["Berlin", "Munich", "Hamburg", "Cologne", "Leipzig", "Stuttgart"],
    ("France", "Europe"): ["Paris", "Lyon", "Nantes", "Lille", "Nice"],
    ("Spain", "Europe"): ["Madrid", "Seville", "Valencia", "Bilbao"],
    ("Italy", "Europe"): ["Rome", "Milan", "Turin", "Naples"],
    ("United Kingdom", "Europe"): ["London", "Leeds", "Bristol", "Glasgow"],
    ("United States", "North America"): ["New York", "Chicago", "Austin", "Seattle", "Boston"],
    ("Canada", "North America"): ["Toronto", "Montreal", "Vancouver"],
    ("Japan", "Asia"): ["Tokyo", "Osaka", "Nagoya"],
    ("India", "Asia"): ["Mumbai", "Delhi", "Pune"],
    ("Australia", "Oceania"): ["Sydney", "Perth"],
    ("Brazil", "South America"): ["Sao Paulo", "Recife"],
}
CITIES = [(city, country, region) for (country, region), cities in PLACES.items() for city in cities]
DEVICES, DEVICE_SHARE = ["mobile", "desktop", "tablet"], [0.58, 0.34, 0.08]
SOURCES, SOURCE_SHARE = (["google", "direct", "facebook", "instagram", "email", "affiliate"],
                         [0.36, 0.24, 0.13, 0.11, 0.1, 0.06])
METHODS, METHOD_SHARE = (["credit_card", "debit_card", "paypal", "bank_transfer", "cash_on_delivery", "gift_card",
                          "wallet"], [0.38, 0.18, 0.22, 0.07, 0.05, 0.03, 0.07])
REASONS = ["insufficient_funds", "card_declined", "fraud_suspected", "timeout", "expired_card", "other"]
HOURS = np.array([1, .6, .4, .3, .3, .4, .8, 1.6, 2.6, 3.4, 4, 4.2, 4.4, 4.2, 4, 3.9, 4, 4.3, 4.9, 5.6, 6, 5.4, 3.8, 2])
EVENTS_PER_SESSION = 5


def zipf(random, count, size, exponent=0.9):
    """Positions 0…count-1, the first ones much more often than the last."""
    weights = 1 / np.arange(1, count + 1) ** exponent
    return random.choice(count, size=size, p=weights / weights.sum())


def moments(random, days, size):
    """Points in time with the rhythm of days of the week and hours of the day."""
    week = np.array([1, 0.95, 0.97, 1, 1.1, 1.25, 1.2])
    weights = week[days.day_of_week]
    day = random.choice(len(days), size=size, p=weights / weights.sum())
    seconds = random.choice(24, size=size, p=HOURS / HOURS.sum()) * 3600 + random.integers(0, 3600, size)
    return days[day] + pd.to_timedelta(seconds * 1000 + random.integers(0, 1000, size), unit="ms")


def make_users(random, fake, count, first):
    place = zipf(random, len(CITIES), count, 0.6)
    joined = first - pd.to_timedelta(random.integers(0, 3 * 365 * 86400, count), unit="s")
    names = [fake.name() for _ in range(count)]
    return pd.DataFrame({
        "user_id": [f"U{i:07d}" for i in range(count)],
        "name": names,
        "email": [f"{name.lower().replace(' ', '.')}{i}@example.com" for i, name in enumerate(names)],
        "phone": [fake.phone_number() for _ in range(count)],
        "gender": random.choice(["female", "male", "other"], count, p=[0.5, 0.47, 0.03]),
        "birth_year": random.integers(1945, 2007, count),
        "city": [CITIES[i][0] for i in place],
        "country": [CITIES[i][1] for i in place],
        "region": [CITIES[i][2] for i in place],
        "segment": random.choice(["VIP", "Loyal", "Regular", "New"], count, p=[0.02, 0.08, 0.47, 0.43]),
        "signup_at": joined,
        "acquisition_channel": random.choice(SOURCES, count, p=SOURCE_SHARE),
        "marketing_consent": random.random(count) < 0.6,
        "lifetime_value": np.round(random.gamma(1.5, 150, count), 2),
        "updated_at": joined,
    })


def make_products(random, fake, count, first):
    cost = np.round(random.lognormal(2.7, 0.9, count), 2)
    created = first - pd.to_timedelta(random.integers(0, 2 * 365 * 86400, count), unit="s")
    return pd.DataFrame({
        "product_id": [f"P{i:06d}" for i in range(count)],
        "sku": [f"SKU-{i:06d}" for i in range(count)],
        "name": [f"{fake.color_name()} {fake.word()}".title() for _ in range(count)],
        "brand": [fake.company() for _ in range(count)],
        "category": np.array(CATEGORIES)[zipf(random, len(CATEGORIES), count, 0.5)],
        "subcategory": [fake.word() for _ in range(count)],
        "price": np.round(cost * random.uniform(1.3, 2.4, count), 2),
        "cost": cost,
        "currency": "EUR",
        "rating": np.round(np.clip(random.normal(4, 0.6, count), 1, 5), 2),
        "rating_count": random.geometric(0.01, count),
        "stock_quantity": random.integers(0, 1000, count),
        "warranty_months": random.choice([0, 12, 24, 36], count),
        "active": random.random(count) < 0.96,
        "created_at": created,
        "updated_at": created,
    })


def make_transactions(random, users, products, count, days):
    orders = max(1, int(count / 1.7))
    order = np.sort(random.integers(0, orders, count))
    buyer = zipf(random, len(users), orders, 0.5)[order]
    product = zipf(random, len(products), count)
    at = moments(random, days, orders)[order]
    quantity = random.geometric(0.65, count)
    price = products["price"].to_numpy()[product]
    discount = np.where(random.random(count) < 0.15, np.round(quantity * price * 0.1, 2), 0)
    tax = np.round((quantity * price - discount) * 0.19, 2)
    shipping = np.where(random.random(count) < 0.4, 4.9, 0)
    failed, cancelled = random.random(count) < 0.04, random.random(count) < 0.03
    return pd.DataFrame({
        "transaction_id": [f"T{i:09d}" for i in range(count)],
        "order_id": [f"O{i:09d}" for i in order],
        "user_id": users["user_id"].to_numpy()[buyer],
        "product_id": products["product_id"].to_numpy()[product],
        "quantity": quantity,
        "unit_price": price,
        "discount": discount,
        "tax": tax,
        "shipping": shipping,
        "total_amount": np.round(quantity * price - discount + tax + shipping, 2),
        "currency": "EUR",
        "payment_method": random.choice(METHODS, count, p=METHOD_SHARE),
        "card_number": random.choice(["4111111111111111", "5555555555554444", "378282246310005"], count),
        "payment_status": np.where(failed, "failed", "paid"),
        "failure_reason": np.where(failed, random.choice(REASONS, count), None),
        "status": np.where(failed, "pending", np.where(cancelled, "cancelled", "completed")),
        "city": users["city"].to_numpy()[buyer],
        "country": users["country"].to_numpy()[buyer],
        "region": users["region"].to_numpy()[buyer],
        "device_type": random.choice(DEVICES, count, p=DEVICE_SHARE),
        "traffic_source": random.choice(SOURCES, count, p=SOURCE_SHARE),
        "transaction_timestamp": at,
        "updated_at": at,
    })


def make_events(random, fake, users, products, count, days):
    sessions = max(1, count // EVENTS_PER_SESSION)
    session = np.sort(random.integers(0, sessions, count))
    visitor = zipf(random, len(users), sessions, 0.4)
    step = np.arange(count) - np.searchsorted(session, session)
    at = moments(random, days, sessions)[session] + pd.to_timedelta(step * 45, unit="s")
    latest = days[-1] + pd.Timedelta(days=1) - pd.Timedelta(milliseconds=1)
    at = at.where(at <= latest, latest)
    kind = random.choice(["view", "search", "add_to_cart", "purchase", "exit"], count, p=[0.64, 0.1, 0.11, 0.02, 0.13])
    product = zipf(random, len(products), count)
    about_product = np.isin(kind, ["view", "add_to_cart", "purchase"])
    product_id = np.where(about_product, products["product_id"].to_numpy()[product], None)
    agents = [fake.user_agent() for _ in range(200)]
    device = random.choice(DEVICES, sessions, p=DEVICE_SHARE)[session]
    source = random.choice(SOURCES, sessions, p=SOURCE_SHARE)[session]
    ids = random.bytes(16 * count).hex()
    session_ids = random.bytes(16 * sessions).hex()
    user = visitor[session]
    return pd.DataFrame({
        "event_id": [ids[32 * i:32 * i + 32] for i in range(count)],
        "user_id": np.where(random.random(sessions)[session] < 0.7, users["user_id"].to_numpy()[user], None),
        "session_id": [session_ids[32 * i:32 * i + 32] for i in session],
        "event_time": at,
        "event_type": kind,
        "page_url": np.where(about_product, "/product/" + products["product_id"].to_numpy()[product], "/"),
        "referrer": np.where(source == "direct", None, "https://" + source.astype(object) + ".example/"),
        "product_id": product_id,
        "order_id": np.where(kind == "purchase", np.char.mod("O%09d", session), None),
        "quantity": np.where(np.isin(kind, ["add_to_cart", "purchase"]), random.geometric(0.65, count), None),
        "price": np.where(about_product, products["price"].to_numpy()[product], None),
        "search_query": np.where(kind == "search", random.choice([fake.word() for _ in range(500)], count), None),
        "search_results": np.where(kind == "search", random.integers(0, 60, count), None),
        "device_type": device,
        "user_agent": np.array(agents)[random.integers(0, len(agents), sessions)[session]],
        "ip_address": [f"198.51.{a}.{b}" for a, b in random.integers(0, 256, (sessions, 2))[session]],
        "traffic_source": source,
        "campaign": np.where(random.random(sessions)[session] < 0.2, "spring", None),
        "city": users["city"].to_numpy()[user],
        "country": users["country"].to_numpy()[user],
    })


def write_days(frame, time_column, root, write):
    for day, rows in frame.groupby(frame[time_column].dt.date, sort=True):
        folder = root / f"{day:%Y/%m/%d}"
        folder.mkdir(parents=True, exist_ok=True)
        write(rows, folder)


def write_parquet(rows, folder):
    table = pa.Table.from_pandas(rows, preserve_index=False)
    pq.write_table(table, folder / "part-0.parquet", compression="snappy")


def write_json(rows, folder):
    rows.to_json(folder / "part-0.json", orient="records", lines=True, date_format="iso", date_unit="ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name, size in (("users", 100_000), ("products", 10_000), ("transactions", 500_000), ("events", 1_000_000)):
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2025, 1, 1))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2025, 12, 31))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random, fake = np.random.default_rng(given.seed), Faker()
    Faker.seed(given.seed)
    days = pd.date_range(given.first, given.last, freq="D", tz="UTC")
    users = make_users(random, fake, given.users, days[0])
    products = make_products(random, fake, given.products, days[0])
    for name, frame in (("users", users), ("products", products)):
        (given.out / name).mkdir(parents=True, exist_ok=True)
        frame.to_csv(given.out / name / f"{name}.csv", index=False)
    transactions = make_transactions(random, users, products, given.transactions, days)
    write_days(transactions, "transaction_timestamp", given.out / "transactions", write_parquet)
    events = make_events(random, fake, users, products, given.events, days)
    write_days(events, "event_time", given.out / "clickstream", write_json)


if __name__ == "__main__":
    main()
