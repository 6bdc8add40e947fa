#!/usr/bin/env python3
"""Spark makes one full build of a shop out of the files that Souk was given, with the models as Souk states them for
Spark: it plans every model (EXPLAIN), executes it, and its rows must be those of Souk's table in the lake."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from deltalake import DeltaTable
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

import local_spark
import odd_records
from souk import Souk

# The records, and what one of them must have to be taken; the others go to quarantine before any model sees them.
RECORDS = {
    "users": "user_id IS NOT NULL",
    "products": "product_id IS NOT NULL",
    "transactions": "transaction_timestamp IS NOT NULL AND COALESCE(unit_price, total_amount) IS NOT NULL",
    "clickstream": "event_time IS NOT NULL AND event_type IS NOT NULL AND COALESCE(session_id, user_id) IS NOT NULL",
}

# Words for payment methods as they occur in the files. The raw relations have words of a fixed set in their one form
# (schemas/transactions.yml); no model does that, so it is done here, apart from Souk.
METHODS = {"credit card": "credit_card", "cc": "credit_card", "debit card": "debit_card", "debit": "debit_card",
           "paypal": "paypal", "bank transfer": "bank_transfer", "wire transfer": "bank_transfer",
           "cash on delivery": "cash_on_delivery", "cod": "cash_on_delivery", "gift card": "gift_card",
           "digital wallet": "wallet"}


def columns_of(model):
    return [(column["name"], column["type"]) for column in model["columns"]]


def make_shop(souk, scratch, raw):
    """Files for Souk and for Spark, a generated shop and the odd records."""
    souk.run("generate", "history", "--out", scratch / "shop", "--size", "small", "--dirt", "heavy", "--format", "parquet",
             "--first-day", "2025-09-22", "--last-day", "2025-11-20")
    souk.run("ingest", scratch / "shop")
    for record in RECORDS:
        file = scratch / f"odd_{record}.parquet"
        odd_records.write(record, [column for column in raw[record] if not column[0].startswith("_")], file)
        souk.run("ingest", "--as", record, file)
    souk.run("build")


def raw_view(spark, scratch, record, columns):
    """The view raw_<record> over the source files; returns how many rows it has."""
    rows = spark.read.option("recursiveFileLookup", True).parquet(str(scratch / "shop" / record))
    rows = rows.unionByName(spark.read.parquet(str(scratch / f"odd_{record}.parquet")), allowMissingColumns=True)
    for name in ("_file", "_row", "_content"):  # these tell rows without id apart, and here all have one
        rows = rows.withColumn(name, F.lit(None).cast(dict(columns)[name]))
    if record == "transactions":
        words = F.create_map(*(F.lit(text) for pair in METHODS.items() for text in pair))
        rows = rows.withColumn("payment_method", F.coalesce(words[F.lower("payment_method")], "payment_method"))
    rows = rows.where(RECORDS[record]).select([name for name, _ in columns])
    if rows.dtypes != [(name, kind.lower()) for name, kind in columns]:
        sys.exit(f"raw_{record}: the files have {rows.dtypes}, Souk states {columns}")
    rows.cache().createOrReplaceTempView(f"raw_{record}")
    return rows.count()


def souk_table(spark, lake, name):
    """Souk's table as Spark reads the Parquet files of its last Delta version."""
    for zone in ("clean", "warehouse"):
        folder = lake / "ecommerce" / zone / name
        if folder.is_dir():
            files = DeltaTable(str(folder)).file_uris()
            return spark.read.option("basePath", str(folder)).parquet(*files)
    sys.exit(f"{name}: Souk's lake has no such table")


class Refused(Exception):
    """Spark cannot plan or execute a statement, or finds other columns than Souk states."""


def made_by_spark(spark, sql, columns):
    """The rows of the statement, kept in memory apart from the plan that they came from."""
    try:
        plan = spark.sql(f"EXPLAIN {sql}").first()[0]  # EXPLAIN hides errors in its answer
        if "Exception" in plan:
            raise Refused(plan)
        rows = spark.sql(sql)
        stated = [(name, kind.lower()) for name, kind in columns]
        if rows.dtypes != stated:
            raise Refused(f"columns: Souk states {stated}, Spark finds {rows.dtypes}")
        return rows.localCheckpoint()
    except (PySparkException, Py4JJavaError) as error:
        raise Refused(str(error)) from error


class Differences:
    """Rows counted on both sides: what exceptAll would find in either direction, in one pass."""

    def __init__(self, souk, spark):
        names = souk.columns
        both = souk.withColumn("side_", F.lit(1)).unionAll(spark.select(names).withColumn("side_", F.lit(-1)))
        self.groups = both.groupBy(names).agg(F.sum("side_").alias("more_"), F.count("*").alias("rows_"))
        one = self.groups.agg(
            F.sum((F.col("rows_") + F.col("more_")) / 2), F.sum((F.col("rows_") - F.col("more_")) / 2),
            F.sum(F.greatest("more_", F.lit(0))), F.sum(F.greatest(-F.col("more_"), F.lit(0)))).first()
        self.in_souk, self.in_spark, self.only_souk, self.only_spark = (int(count or 0) for count in one)

    def any(self):
        return self.only_souk + self.only_spark > 0

    def show(self, key):
        rows = self.groups.where("more_ <> 0").orderBy(key).limit(8).collect()
        for row in rows:
            values = ", ".join(f"{name} {value!r}" for name, value in row.asDict().items() if not name.endswith("_"))
            print(f"    only in {'Souk' if row['more_'] > 0 else 'Spark'}: {values}")


def check(spark, lake, model):
    """Makes the model's table in Spark, for the models after it too. Whether it is Souk's."""
    name, columns = model["name"], columns_of(model)
    expected = souk_table(spark, lake, name).select([name for name, _ in columns])
    try:
        made = made_by_spark(spark, model["sql"], columns)
    except Refused as problem:
        print(f"{name}: {str(problem).strip()[:2000]}\n{model['sql']}\n")
        expected.createOrReplaceTempView(name)  # so that the models after it can be looked at
        return False
    made.createOrReplaceTempView(name)
    if expected.dtypes != made.dtypes:
        print(f"{name}: the types are {expected.dtypes} in Souk, {made.dtypes} in Spark")
        return False
    differences = Differences(expected, made)
    print(f"{name:<30} {differences.in_souk:>9} {differences.in_spark:>9} {differences.only_souk:>13} "
          f"{differences.only_spark:>13}", flush=True)
    if differences.any():
        differences.show(columns[0][0])
    if not differences.in_souk:
        print("    no rows, so nothing is shown: this test's shop must give some")
    return bool(differences.in_souk) and not differences.any()


def main():
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        souk = Souk(scratch / "data", "shop.time_zone=Europe/Berlin")
        compiled = souk.json("models", "--dialect", "spark")
        raw = {model["name"].removeprefix("raw_"): columns_of(model) for model in compiled if not model["sql"]}
        make_shop(souk, scratch, raw)
        taken = Counter()
        for batch in souk.json("raw", "ls"):
            taken[batch["record"]] += batch["rows"]

        spark = local_spark.start("souk models")
        print(f"{'model':<30} {'in Souk':>9} {'in Spark':>9} {'only in Souk':>13} {'only in Spark':>13}")
        for record, columns in raw.items():
            count = raw_view(spark, scratch, record, columns)
            print(f"{'raw_' + record:<30} {taken[record]:>9} {count:>9}")
            if count != taken[record]:
                failed.append(f"raw_{record}")
        models = [model for model in compiled if model["sql"]]
        failed += [model["name"] for model in models if not check(spark, scratch / "data" / "lake", model)]
        spark.stop()
    print(f"Spark makes {len(models)} models out of {sum(taken.values())} records; "
          f"not as Souk: {', '.join(failed) or 'none'}")
    return bool(failed) or not models


if __name__ == "__main__":
    sys.exit(main())
