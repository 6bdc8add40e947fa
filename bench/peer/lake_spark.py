#!/usr/bin/env python3
"""The same on Spark local[2]: JSON order lines → clean, newest version of each, one Parquet file per day.

    lake_spark.py IN_DIRECTORY OUT_DIRECTORY
"""

import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

FIELDS = ["transaction_id", "order_id", "user_id", "product_id", "quantity", "unit_price", "total_amount",
          "payment_method", "payment_status", "status", "transaction_timestamp", "updated_at"]
TYPES = {"quantity": "bigint", "unit_price": "decimal(12,4)", "total_amount": "decimal(12,2)",
         "transaction_timestamp": "timestamp", "updated_at": "timestamp"}


def main():
    source, target = sys.argv[1:]
    spark = (SparkSession.builder.master("local[2]").appName("lake").config("spark.ui.enabled", "false")
             .config("spark.driver.memory", "3g").config("spark.sql.session.timeZone", "UTC")
             .config("spark.sql.shuffle.partitions", "8").config("spark.sql.parquet.compression.codec", "zstd")
             .getOrCreate())
    lines = spark.read.schema(", ".join(f"{name} string" for name in FIELDS)).json(source)
    for name in FIELDS:
        column = f.col(name).cast(TYPES[name]) if name in TYPES else f.trim(f.col(name))
        if name in ("payment_method", "payment_status", "status"):
            column = f.lower(column)
        lines = lines.withColumn(name, column)
    lines = lines.dropna(subset=["transaction_id", "quantity", "transaction_timestamp"])
    newest = Window.partitionBy("transaction_id").orderBy(f.col("updated_at").desc())
    at = f.col("transaction_timestamp")
    clean = (lines.withColumn("version", f.row_number().over(newest)).where("version = 1").drop("version")
             .withColumn("year", f.year(at)).withColumn("month", f.month(at)).withColumn("day", f.dayofmonth(at)))
    (clean.repartition(8, "year", "month", "day").sortWithinPartitions("year", "month", "day")
     .write.partitionBy("year", "month", "day").parquet(target))
    spark.stop()


if __name__ == "__main__":
    main()
