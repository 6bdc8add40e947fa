#!/usr/bin/env python3
"""Opens every Delta table of a small shop with delta-rs and polars and compares it with what Souk says."""

import sys
import tempfile
from collections import Counter
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import polars
from deltalake import DeltaTable

from souk import Souk

ZONES = {"clean": "clean", "warehouse": "ecommerce"}  # folder of the lake → schema of Souk's SQL


def canonical(value):
    """One text for one value, whichever program it came from."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return str(value)


def canonical_time(text):
    return None if text is None else datetime.fromisoformat(text).astimezone(timezone.utc).isoformat()


class Comparison:
    def __init__(self, souk):
        self.souk, self.tables, self.rows, self.differences = souk, 0, 0, []

    def table(self, folder, sql_name):
        delta = DeltaTable(str(folder))
        columns = {field.name: field.type for field in delta.schema().fields}
        times = [n for n, kind in enumerate(columns.values()) if getattr(kind, "type", "").startswith("timestamp")]
        expected = Counter()
        for row in self.souk.rows(sql_name, columns):
            values = list(row)
            for n in times:
                values[n] = canonical_time(values[n])
            expected[tuple(values)] += 1
        self.same(f"{sql_name} in delta-rs", expected, rows_of(delta.to_pyarrow_table().to_pydict(), columns))
        self.same(f"{sql_name} in polars", expected, rows_of(polars.read_delta(str(folder)).to_dict(as_series=False), columns))
        self.tables += 1
        self.rows += expected.total()
        print(f"{sql_name:<32} {expected.total():>8} rows  {len(columns):>3} columns  version {delta.version()}")
        return expected

    def same(self, what, expected, got):
        for row, count in list((expected - got).items())[:3]:
            self.differences.append(f"{what} lacks {count} × {row}")
        for row, count in list((got - expected).items())[:3]:
            self.differences.append(f"{what} has beside Souk {count} × {row}")


def rows_of(table, columns):
    return Counter(zip(*([canonical(value) for value in table[name]] for name in columns)))


def tables_of(lake):
    for zone, schema in ZONES.items():
        for log in sorted((lake / "ecommerce" / zone).glob("*/_delta_log")):
            yield log.parent, f"{schema}.{log.parent.name}"


def generate(souk, folder, seed):
    souk.run("generate", "history", "--out", folder, "--seed", seed, "--users", 300, "--products", 80,
             "--transactions", 4000, "--events", 8000, "--first-day", "2025-09-22", "--last-day", "2025-11-20")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        lake = Path(scratch, "data", "lake")
        souk = Souk(lake.parent)
        comparison = Comparison(souk)

        generate(souk, Path(scratch, "shop"), seed=7)
        souk.run("ingest", Path(scratch, "shop"))
        souk.run("build")
        first = {folder: (DeltaTable(str(folder)).version(), comparison.table(folder, name))
                 for folder, name in tables_of(lake)}

        # More input: new versions, under which the older ones must still be readable as they were.
        generate(souk, Path(scratch, "more"), seed=8)
        souk.run("ingest", Path(scratch, "more", "transactions"))
        souk.run("build")
        for folder, name in tables_of(lake):
            comparison.table(folder, name)
            version, content = first[folder]
            old = DeltaTable(str(folder), version=version)
            comparison.same(f"{name} at version {version}", content,
                            rows_of(old.to_pyarrow_table().to_pydict(), [field.name for field in old.schema().fields]))

        if not comparison.tables:
            sys.exit("the lake holds no Delta table")
        print("\n".join(comparison.differences))
        print(f"{comparison.tables} tables, {comparison.rows} rows, {len(comparison.differences)} differences")
        return bool(comparison.differences)


if __name__ == "__main__":
    sys.exit(main())
