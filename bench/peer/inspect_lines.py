"""Writes a CSV of order lines with missing values, whole numbers, amounts, words and times: FILE LINES."""

import sys

import numpy
import pandas


def main():
    path, lines = sys.argv[1], int(sys.argv[2])
    random = numpy.random.default_rng(7)
    quantity = random.integers(1, 10, lines)
    cents = random.integers(100, 100_000, lines)
    region = numpy.array(["Europe", "Asia", "North America", "South, and Central America", None], dtype=object)
    start = numpy.datetime64("2025-01-01T00:00:00")
    frame = pandas.DataFrame({
        "transaction_id": pandas.Series(range(lines)).map("T{:08d}".format),
        "user_id": pandas.Series(random.integers(1, 50_000, lines)).map("U{:06d}".format),
        "product_id": pandas.Series(random.integers(1, 5_000, lines)).map("P{:05d}".format),
        "quantity": quantity,
        "unit_price": cents / 100,
        "total_amount": cents * quantity / 100,
        "payment_method": numpy.array(["credit_card", "paypal", "wallet"])[random.integers(0, 3, lines)],
        "region": region[random.integers(0, 5, lines)],
        "transaction_timestamp": start + random.integers(0, 365 * 86_400, lines).astype("timedelta64[s]"),
    })
    frame.to_csv(path, index=False, date_format="%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    main()
