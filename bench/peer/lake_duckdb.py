#!/usr/bin/env python3
"""The bare DuckDB statement: JSON order lines → clean, newest version of each, one Parquet file per day.

    lake_duckdb.py IN_DIRECTORY OUT_DIRECTORY
"""

import sys

import duckdb

STATEMENT = """
COPY (
  WITH typed AS (
    SELECT trim(transaction_id) AS transaction_id, trim(order_id) AS order_id, trim(user_id) AS user_id,
           trim(product_id) AS product_id, CAST(quantity AS BIGINT) AS quantity,
           CAST(unit_price AS DECIMAL(12, 4)) AS unit_price, CAST(total_amount AS DECIMAL(12, 2)) AS total_amount,
           lower(payment_method) AS payment_method, lower(payment_status) AS payment_status, lower(status) AS status,
           CAST(transaction_timestamp AS TIMESTAMPTZ) AS transaction_timestamp,
           CAST(updated_at AS TIMESTAMPTZ) AS updated_at
    FROM read_json('{input}/*.json', format = 'newline_delimited', columns = {{
      transaction_id: 'VARCHAR', order_id: 'VARCHAR', user_id: 'VARCHAR', product_id: 'VARCHAR', quantity: 'VARCHAR',
      unit_price: 'VARCHAR', total_amount: 'VARCHAR', payment_method: 'VARCHAR', payment_status: 'VARCHAR',
      status: 'VARCHAR', transaction_timestamp: 'VARCHAR', updated_at: 'VARCHAR'}})
  ), newest AS (
    SELECT *, row_number() OVER (PARTITION BY transaction_id ORDER BY updated_at DESC) AS version
    FROM typed
    WHERE transaction_id IS NOT NULL AND quantity IS NOT NULL AND transaction_timestamp IS NOT NULL
  )
  SELECT * EXCLUDE (version), year(transaction_timestamp) AS year, month(transaction_timestamp) AS month,
         day(transaction_timestamp) AS day
  FROM newest
  WHERE version = 1
) TO '{output}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (year, month, day))
"""


def main():
    source, target = sys.argv[1:]
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET preserve_insertion_order = false")
    # One file per day: without these two, thousands of small ones.
    database.execute("SET partitioned_write_max_open_files = 400")
    database.execute("SET partitioned_write_flush_threshold = 10000000")
    database.execute(STATEMENT.format(input=source, output=target))


if __name__ == "__main__":
    main()
