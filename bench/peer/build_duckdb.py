#!/usr/bin/env python3
"""The bare DuckDB script: a generated shop → clean tables, star schema, one Parquet file per table and day.

    build_duckdb.py SHOP_DIRECTORY OUT_DIRECTORY

It makes the tables of `souk build` from the same files with the statements that one would write for this one shop whose
files are known to be clean: no quarantine, rules, tests, robots, visits that fall silent, or state for the next build.
Each day is its own statement, on two connections of one thread: twice as fast here as PARTITION_BY, which has to move
every row to its day first. Prints what can be compared as JSON.
"""

import json
import sys
import threading
from pathlib import Path

import duckdb

TEXT, TIME, WHOLE, MONEY = "VARCHAR", "TIMESTAMPTZ", "BIGINT", "DECIMAL(12,2)"
EVENT = {
    "event_id": TEXT, "user_id": TEXT, "session_id": TEXT, "event_time": TIME, "event_type": TEXT, "page_url": TEXT,
    "referrer": TEXT, "product_id": TEXT, "order_id": TEXT, "quantity": WHOLE, "price": MONEY, "search_query": TEXT,
    "search_results": WHOLE, "device_type": TEXT, "user_agent": TEXT, "ip_address": TEXT, "traffic_source": TEXT,
    "campaign": TEXT, "city": TEXT, "country": TEXT}
USER = {
    "user_id": TEXT, "name": TEXT, "email": TEXT, "phone": TEXT, "gender": TEXT, "birth_year": WHOLE, "city": TEXT,
    "country": TEXT, "region": TEXT, "segment": TEXT, "signup_at": TIME, "acquisition_channel": TEXT,
    "marketing_consent": "BOOLEAN", "lifetime_value": MONEY, "updated_at": TIME}
PRODUCT = {
    "product_id": TEXT, "sku": TEXT, "name": TEXT, "brand": TEXT, "category": TEXT, "subcategory": TEXT, "price": MONEY,
    "cost": MONEY, "currency": TEXT, "rating": MONEY, "rating_count": WHOLE, "stock_quantity": WHOLE,
    "warranty_months": WHOLE, "active": "BOOLEAN", "created_at": TIME, "updated_at": TIME}

DAY = "CAST({time} AS DATE) AS shop_day, hour({time}) AS shop_hour"

DIMENSION = """
CREATE TABLE dim_{name}s AS
SELECT hash({name}_id, updated_at) AS {name}_key, *,
       CASE WHEN lag(updated_at) OVER versions IS NULL THEN '-infinity' ELSE updated_at END AS valid_from,
       coalesce(lead(updated_at) OVER versions, 'infinity') AS valid_to
FROM work.{name}s WINDOW versions AS (PARTITION BY {name}_id ORDER BY updated_at)
"""

CLICKSTREAM = """
SELECT u.user_key, e.* EXCLUDE (user_agent, ip_address, page_url, referrer, country), e.country AS region, p.category, u.segment, isodow(e.shop_day) AS day_of_week
FROM work.stg_clickstream e
LEFT JOIN dim_users u ON u.user_id = e.user_id AND e.event_time >= u.valid_from AND e.event_time < u.valid_to
LEFT JOIN dim_products p
  ON p.product_id = e.product_id AND e.event_time >= p.valid_from AND e.event_time < p.valid_to
"""

TRANSACTIONS = """
SELECT u.user_key, p.product_key, t.*, p.category, u.segment, isodow(t.shop_day) AS day_of_week,
       t.quantity * t.unit_price AS line_amount, t.quantity * t.unit_price - t.discount - t.quantity * p.cost AS profit,
       t.status IN ('completed', 'returned') AND t.payment_status IN ('paid', 'refunded') AS is_sale
FROM work.stg_transactions t
LEFT JOIN dim_users u
  ON u.user_id = t.user_id AND t.transaction_timestamp >= u.valid_from AND t.transaction_timestamp < u.valid_to
LEFT JOIN dim_products p
  ON p.product_id = t.product_id AND t.transaction_timestamp >= p.valid_from AND t.transaction_timestamp < p.valid_to
"""

SESSIONS = """
SELECT session_id, min(user_id) AS user_id, min(event_time) AS started_at, max(event_time) AS ended_at,
       count(*) AS events, arg_min(device_type, event_time) AS device_type,
       arg_min(traffic_source, event_time) AS traffic_source, arg_min(region, event_time) AS region,
       bool_or(event_type = 'view') AS has_view, bool_or(event_type = 'add_to_cart') AS has_cart,
       bool_or(event_type = 'purchase') AS has_purchase
FROM work.fact_clickstream GROUP BY session_id
"""

SALES = """
SELECT shop_day, category, country, count(*) AS lines, sum(quantity) AS units, sum(total_amount) AS revenue
FROM fact_transactions WHERE is_sale GROUP BY ALL
"""

CUSTOMERS = """
SELECT user_id, count(DISTINCT order_id) AS orders, sum(total_amount) AS revenue, sum(profit) AS profit
FROM fact_transactions WHERE is_sale GROUP BY user_id
"""


def write_days(database, table, out):
    """One file per day of the table."""
    days = iter(database.execute(f"SELECT DISTINCT shop_day FROM {table}").fetchall())
    folder, lock, failures = out / table.split(".")[-1], threading.Lock(), []
    folder.mkdir(parents=True)

    def work():
        connection = database.cursor()
        while not failures:
            with lock:
                day = next(days, None)
            if day is None:
                return
            try:
                connection.execute(f"COPY (SELECT * FROM {table} WHERE shop_day = DATE '{day[0]}') "
                                   f"TO '{folder}/{day[0]}.parquet' (FORMAT parquet, COMPRESSION snappy)")
            except duckdb.Error as error:
                failures.append(error)

    database.execute("SET threads = 1")
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    database.execute("SET threads = 2")
    if failures:
        raise failures[0]


def main():
    shop, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    database = duckdb.connect(out / "warehouse.duckdb", config={"threads": 2})
    run = database.execute
    run("SET preserve_insertion_order = false")
    run("SET TimeZone = 'UTC'")
    run("ATTACH ':memory:' AS work")
    csv = "read_csv({files}, auto_detect = false, header = true, delim = ',', quote = '\"', columns = {columns})"

    run(f"CREATE TABLE work.stg_clickstream AS SELECT *, {DAY.format(time='event_time')} FROM read_json("
        f"'{shop}/clickstream/*/*/*/*.json', format = 'newline_delimited', columns = {EVENT})")
    run(f"CREATE TABLE work.stg_transactions AS SELECT *, {DAY.format(time='transaction_timestamp')} "
        f"FROM read_parquet('{shop}/transactions/*/*/*/*.parquet')")
    duplicates = [run(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}").fetchone()[0]
                  for table, key in (("work.stg_clickstream", "event_id"), ("work.stg_transactions", "transaction_id"))]
    if any(duplicates):
        sys.exit("the shop has duplicates; this script is for one without")
    write_days(database, "work.stg_clickstream", out)
    write_days(database, "work.stg_transactions", out)

    for name, columns in (("user", USER), ("product", PRODUCT)):
        files = [str(path) for path in sorted((shop / f"{name}s").rglob("*.csv"))]
        run(f"CREATE TABLE work.{name}s AS SELECT * FROM {csv.format(files=files, columns=columns)}")
        run(f"COPY work.{name}s TO '{out}/stg_{name}s.parquet' (FORMAT parquet, COMPRESSION snappy)")
        run(DIMENSION.format(name=name))
    run(f"CREATE TABLE work.fact_clickstream AS {CLICKSTREAM}")
    write_days(database, "work.fact_clickstream", out)
    run(f"CREATE TABLE fact_transactions AS {TRANSACTIONS}")
    write_days(database, "fact_transactions", out)
    for table, query in (("fact_sessions", SESSIONS), ("agg_daily_sales", SALES), ("agg_user_metrics", CUSTOMERS)):
        run(f"CREATE TABLE {table} AS {query}")
    for table in ("dim_users", "dim_products", "fact_sessions", "agg_daily_sales", "agg_user_metrics"):
        run(f"COPY {table} TO '{out}/{table}.parquet' (FORMAT parquet, COMPRESSION snappy)")
    run("CHECKPOINT")

    revenue, lines, orders, units = run(
        "SELECT sum(total_amount), count(*) FILTER (quantity > 0), "
        "count(DISTINCT order_id) FILTER (quantity > 0), sum(quantity) FROM fact_transactions WHERE is_sale").fetchone()
    sessions = run("SELECT count(*) FROM fact_sessions").fetchone()[0]
    print(json.dumps({"revenue": str(revenue), "transactions": lines, "orders": orders, "units": int(units),
                      "sessions": sessions}))


if __name__ == "__main__":
    main()
