#!/usr/bin/env python3
"""Has Spark plan every model in the order of the build, over empty raw_* views; columns and types must be Souk's."""

import json
import os
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession
from pyspark.errors import PySparkException


def models():
    with tempfile.TemporaryDirectory() as data_dir:
        text = subprocess.run([os.environ["SOUK"], "--data-dir", data_dir, "--format", "json", "models", "--dialect", "spark"],
                              capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def session():
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (SparkSession.builder.master("local[1]").appName("souk models")
             .config("spark.ui.enabled", "false").config("spark.driver.memory", "1g")
             .config("spark.sql.session.timeZone", "UTC").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def empty_view(spark, name, columns):
    spark.createDataFrame([], ", ".join(f"`{column}` {kind}" for column, kind in columns)).createOrReplaceTempView(name)


def problem_of(spark, sql, columns):
    """Nothing when Spark can plan the statement and finds the columns that Souk states, else what is wrong."""
    try:
        plan = spark.sql(f"EXPLAIN {sql}").first()[0]  # EXPLAIN hides errors in its answer
        if "Exception" in plan:
            return plan
        got = spark.sql(sql).dtypes
    except PySparkException as error:
        return str(error)
    stated = [(name, kind.lower()) for name, kind in columns]
    return None if got == stated else f"columns: Souk states {stated}, Spark finds {got}"


def main():
    spark, failed = session(), []
    compiled = models()
    for model in compiled:
        name, sql = model["name"], model["sql"]
        columns = [(column["name"], column["type"]) for column in model["columns"]]
        problem = problem_of(spark, sql, columns) if sql else None
        if problem:
            failed.append(name)
            print(f"{name}: {problem.strip()[:2000]}\n{sql}\n")
        # What comes later in the build stands on this model's stated columns, whether it could be planned or not.
        empty_view(spark, name, columns)
    spark.stop()
    planned_models = sum(1 for model in compiled if model["sql"])
    print(f"Spark plans {planned_models - len(failed)} of {planned_models} models; refused: {', '.join(failed) or 'none'}")
    return bool(failed) or planned_models == 0


if __name__ == "__main__":
    sys.exit(main())
