#!/usr/bin/env python3
"""The shape of a generated shop as JSON: rows, columns, files, days and rough statistics of its four sets."""

import json
import sys
from pathlib import Path

import duckdb

READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".json": "read_json"}
STATISTICS = {
    "users": {"VIP share": "avg((segment = 'VIP')::INT)", "cities": "count(DISTINCT city)"},
    "products": {"categories": "count(DISTINCT category)", "mean price": "avg(price)"},
    "transactions": {
        "orders per line": "count(DISTINCT order_id) / count(*)",
        "buying users": "count(DISTINCT user_id)",
        "sold products": "count(DISTINCT product_id)",
        "mean quantity": "avg(quantity)",
        "failed share": "avg((payment_status = 'failed')::INT)",
        "cancelled share": "avg((status = 'cancelled')::INT)",
    },
    "clickstream": {
        "events per session": "count(*) / count(DISTINCT session_id)",
        "view share": "avg((event_type = 'view')::INT)",
        "purchase share": "avg((event_type = 'purchase')::INT)",
        "mobile share": "avg((device_type = 'mobile')::INT)",
    },
}


def shape(root, name):
    # Later versions of users and products are what only one of the two has; the first ones are compared.
    files = sorted(path for path in (root / name).rglob("*") if path.suffix in READERS and "changes" not in path.parts)
    if not files:
        return {"rows": 0, "columns": [], "files": 0, "days": 0, "statistics": {}}
    relation = f"{READERS[files[0].suffix]}({[str(path) for path in files]})"
    columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    sums = ", ".join(f'{sql} AS "{label}"' for label, sql in STATISTICS[name].items())
    rows, *values = duckdb.sql(f"SELECT count(*), {sums} FROM {relation}").fetchone()
    return {"rows": rows, "columns": sorted(columns), "files": len(files),
            "days": len({path.parent for path in files}), "statistics": dict(zip(STATISTICS[name], map(float, values)))}


if __name__ == "__main__":
    print(json.dumps({name: shape(Path(sys.argv[1]), name) for name in STATISTICS}))
