"""The two published files, read straight from their bytes."""

import csv
import io
import lzma
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from line import NO_CATEGORY, UNKNOWN_REGION, Line, clean_id, exclusion_of
from money import ZERO, cents


def unpacked(path):
    raw = Path(path).read_bytes()
    return lzma.decompress(raw) if str(path).endswith(".xz") else raw


def rows_of(path):
    """Every row as a tuple of texts, the header first. Empty lines (`\\r\\r\\n` line ends make them) are no rows."""
    text = io.StringIO(unpacked(path).decode("utf-8"), newline="")
    for row in csv.reader(text):
        if row:
            yield tuple(row)


def online_retail(path):
    """Lines that count or are excluded with a reason, and the account of all raw lines.

    The file has no id per line: two rows equal in every column are one line typed twice.
    It has no status: an invoice line with a negative quantity is a return, the rest is completed and paid.
    """
    rows = rows_of(path)
    if next(rows) != ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
                      "Country"):
        raise SystemExit(f"{path} is not Online Retail: another header")
    seen, lines, drawers, amounts, raw_lines, without_customer = set(), [], Counter(), Counter(), 0, 0
    for row in rows:
        raw_lines += 1
        without_customer += not row[6]
        line = _retail_line(row)
        drawer = "duplicate" if row in seen else _drawer(line)
        drawers[drawer] += 1
        amounts[drawer] += line.total
        if drawer != "duplicate":
            seen.add(row)
            lines.append(line)
    return lines, account_of(raw_lines, drawers, without_customer=without_customer,
                             amounts={drawer: str(amount) for drawer, amount in sorted(amounts.items())})


def _retail_line(row):
    invoice, code, name, quantity, time, price, customer, country = (field.strip() for field in row)
    order_id, product_id = clean_id(invoice), clean_id(code)
    quantity, price = int(quantity), Decimal(price)
    returned = quantity < 0
    return Line(order_id=order_id, user_id=clean_id(customer) or None, product_id=product_id, product_name=name or None,
                quantity=quantity, unit_price=price, discount=ZERO, total=cents(quantity * price),
                payment_method="other", payment_status="refunded" if returned else "paid", failure_reason=None,
                status="returned" if returned else "completed", region=country or UNKNOWN_REGION,
                category=NO_CATEGORY, segment=None, device=None, source=None, day=date.fromisoformat(time[:10]),
                hour=int(time[11:13]), country=country or None,
                exclusion=exclusion_of(order_id, product_id, quantity, price))


def _drawer(line):
    """The one drawer that a line ends in."""
    if line.exclusion:
        return line.exclusion
    kind = "charge" if line.is_charge else "goods"
    if line.quantity < 0:
        return f"returned {kind}"
    return f"sold {kind}" if line.unit_price else f"sold {kind} at price zero"


def account_of(raw_lines, drawers, **notes):
    """Every raw line is in exactly one drawer; an account that does not add up is a defect of this program."""
    if sum(drawers.values()) != raw_lines:
        raise AssertionError(f"{sum(drawers.values())} lines accounted for, the file has {raw_lines}")
    return {"raw_lines": raw_lines, **notes, "drawers": dict(sorted(drawers.items()))}


METHODS = {"Credit Card": "credit_card", "Debit Card": "debit_card", "PayPal": "paypal"}


def online_sales(path):
    """Online Sales Data: one row is one order of one guest; the total given in the file wins."""
    rows = rows_of(path)
    if next(rows) != ("Transaction ID", "Date", "Product Category", "Product Name", "Units Sold", "Unit Price",
                      "Total Revenue", "Region", "Payment Method"):
        raise SystemExit(f"{path} is not Online Sales Data: another header")
    seen, lines, drawers, raw_lines, anomalies = set(), [], Counter(), 0, 0
    for row in rows:
        raw_lines += 1
        number, day, category, product, units, price, total, region, method = (field.strip() for field in row)
        transaction_id, units, price, total = clean_id(number), int(units), Decimal(price), Decimal(total)
        # The file has no change time: the same id on the same day again is a duplicate.
        if (transaction_id, day) in seen:
            drawers["duplicate"] += 1
            continue
        seen.add((transaction_id, day))
        anomalies += abs(total - units * price) > Decimal("0.01")
        line = Line(order_id=transaction_id, user_id=None, product_id=product, product_name=product, quantity=units,
                    unit_price=price, discount=ZERO, total=cents(total), payment_method=METHODS.get(method, "other"),
                    payment_status="paid", failure_reason=None, status="completed", region=region or UNKNOWN_REGION,
                    category=category or NO_CATEGORY, segment=None, device=None, source=None,
                    day=date.fromisoformat(day),
                    exclusion=exclusion_of(transaction_id, product, units, price))
        drawers[_drawer(line)] += 1
        lines.append(line)
    return lines, account_of(raw_lines, drawers, total_differs_from_units_times_price=anomalies)
