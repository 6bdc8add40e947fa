"""DuckDB's look at a CSV, as JSON: FILE summarize (as a person calls it) or FILE exact (exact distinct values)."""

import json
import sys

import duckdb


def main():
    path, mode = sys.argv[1], sys.argv[2]
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    if mode == "summarize":
        rows = connection.execute("SUMMARIZE SELECT * FROM read_csv(?)", [path]).fetchall()
        print(json.dumps([[str(cell) for cell in row] for row in rows]))
        return
    connection.execute("CREATE TABLE lines AS SELECT * FROM read_csv(?)", [path])
    total = connection.execute("SELECT count(*) FROM lines").fetchone()[0]
    columns = []
    for name, *_ in connection.execute("DESCRIBE lines").fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        there, distinct, least, most = connection.execute(
            f"SELECT count({quoted}), count(DISTINCT {quoted}), min({quoted}), max({quoted}) FROM lines").fetchone()
        columns.append({"name": name, "nulls": total - there, "distinct": distinct,
                        "min": None if least is None else str(least), "max": None if most is None else str(most)})
    print(json.dumps({"rows": total, "columns": columns}))


if __name__ == "__main__":
    main()
