#!/usr/bin/env python3
"""Five million order lines as JSON, with duplicates and changed versions among them: the input of bench/lake.py.

    order_lines.py OUT_DIRECTORY LINES
"""

import sys
from pathlib import Path

import duckdb

FILES = 8
# One line in a hundred is there twice; one in two hundred comes again later with another status.
LINES = """
WITH made AS (
  SELECT i, hash(i) AS h, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL 1 SECOND * (i * 31622400 // {lines})::BIGINT AS placed
  FROM range({lines}) AS t(i)
), line AS (
  SELECT i, placed, placed AS changed, 1 + (h % 4)::INT AS quantity,
         ((h >> 8) % 19000 + 100)::BIGINT AS price, h,
         'completed' AS status
  FROM made
), with_copies AS (
  SELECT * FROM line
  UNION ALL SELECT * FROM line WHERE i % 100 = 7
  UNION ALL SELECT i, placed, placed + INTERVAL 1 DAY, quantity, price, h, 'cancelled' FROM line WHERE i % 200 = 11
)
SELECT printf('T%09d', i) AS transaction_id, printf('O%09d', i // 2) AS order_id,
       printf('U%07d', (h >> 24) % 100000) AS user_id, printf('P%06d', (h >> 40) % 10000) AS product_id, quantity,
       CAST(price / 100.0 AS DECIMAL(12, 2)) AS unit_price,
       CAST(quantity * price / 100.0 AS DECIMAL(12, 2)) AS total_amount,
       CASE (h >> 50) % 3 WHEN 0 THEN 'credit_card' WHEN 1 THEN 'paypal' ELSE 'wallet' END AS payment_method,
       'paid' AS payment_status, status, strftime(placed, '%Y-%m-%dT%H:%M:%SZ') AS transaction_timestamp,
       strftime(changed, '%Y-%m-%dT%H:%M:%SZ') AS updated_at
FROM with_copies
WHERE i % {files} = {file}
"""


def main():
    out, lines = Path(sys.argv[1]), int(sys.argv[2])
    out.mkdir(parents=True)
    for file in range(FILES):
        query = LINES.format(lines=lines, files=FILES, file=file)
        duckdb.sql(f"COPY ({query}) TO '{out}/orders-{file}.json' (FORMAT json)")


if __name__ == "__main__":
    main()
