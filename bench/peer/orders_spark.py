#!/usr/bin/env python3
"""The figures of bench/stream_figures.yml on Spark Structured Streaming, local[2]: everything that a topic has, once.

    orders_spark.py ADDRESS TOPIC OUT JAR…

Prints one JSON object; the seconds are the query's, without the start of the session.
"""

import json
import re
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

FIELDS = ("transaction_id string, customer_id string, product_id string, category string, city string, amount double, "
          "quantity int, status string, payment_status string, event_time timestamp")


def main():
    address, topic, out, *connector = sys.argv[1:]
    spark = (SparkSession.builder.master("local[2]").appName("orders").config("spark.jars", ",".join(connector))
             .config("spark.ui.enabled", "false").config("spark.driver.memory", "2g")
             .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.sql.shuffle.partitions", "2").config("spark.sql.session.timeZone", "UTC").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    begin = time.monotonic()
    source = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", address).option("subscribe", topic)
              .option("startingOffsets", "earliest").load())
    orders = source.select(f.from_json(f.col("value").cast("string"), FIELDS).alias("o")).select("o.*")
    completed = f.when(f.col("status") == "completed", f.col("amount"))
    figures = (orders.withWatermark("event_time", "5 minutes").groupBy(f.window("event_time", "1 minute"), "city")
               .agg(f.count("*").alias("orders"), f.sum(completed).alias("revenue"), f.avg(completed).alias("average"),
                    f.sum((f.col("payment_status") == "failed").cast("int")).alias("failed"),
                    f.sum((f.col("status") == "cancelled").cast("int")).alias("cancelled"))
               .select(f.unix_millis("window.start").alias("start"), "city", "orders", "revenue", "average", "failed",
                       "cancelled"))
    query = (figures.writeStream.trigger(availableNow=True).format("csv").outputMode("append").option("path", out)
             .option("checkpointLocation", out + "-checkpoint").start())
    query.awaitTermination()
    seconds = time.monotonic() - begin
    records = sum(progress["numInputRows"] for progress in query.recentProgress)
    process = Path(f"/proc/{spark.sparkContext._gateway.proc.pid}")
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    peak = int(re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())[1]) // 1024
    spark.stop()
    print(json.dumps({"seconds": seconds, "cpu": (int(fields[11]) + int(fields[12])) / 100, "peak_mb": peak, "records": records}))


if __name__ == "__main__":
    main()
