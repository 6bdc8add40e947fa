#!/usr/bin/env python3
"""What a directory of day-partitioned order lines holds, as JSON: rows, sums, ids, days.  lake_sums.py DIRECTORY"""

import json
import sys

import duckdb

ROW = duckdb.sql(f"""
  SELECT count(*), count(DISTINCT transaction_id), sum(quantity), sum(total_amount),
         count(*) FILTER (status = 'cancelled'), count(DISTINCT (year, month, day)), count(DISTINCT filename)
  FROM read_parquet('{sys.argv[1]}/**/*.parquet', hive_partitioning = true, filename = true)
""").fetchone()
NAMES = ("rows", "transactions", "units", "amount", "cancelled", "days", "files")
print(json.dumps({name: str(value) for name, value in zip(NAMES, ROW)}))
