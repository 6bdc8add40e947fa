"""The figures of the books over a selection of lines and sessions; each written out from its definition."""

from collections import defaultdict
from datetime import timedelta

from money import ZERO, cents, ratio, rounded

MONEY = ("revenue", "gross_sales", "discounts", "returns", "net_sales", "average_transaction_value",
         "average_order_value", "revenue_of_day", "average_revenue", "value", "average_value", "failed_amount",
         "cancelled_amount", "lifetime_revenue", "lifetime_value",
         # no money, and shown with two digits as well
         "average_recency_days", "average_orders", "average_age_hours", "orders_per_customer", "average_results",
         "days_of_cover")
RATES = ("failed_payment_rate", "conversion_rate", "share", "customer_share", "rate", "step_rate", "drop_off_rate",
         "abandonment_rate", "retention", "support", "confidence", "other_confidence", "lift", "zero_result_rate",
         "search_conversion_rate", "failed_share", "cancellation_rate", "units_per_day",
         "discount_rate", "return_rate")


class Selection:
    """A period (both days included) and filters; a filter holds the accepted values of one attribute."""

    def __init__(self, first=None, last=None, **filters):
        self.first, self.last = first, last
        self.filters = {name: frozenset(values) for name, values in filters.items() if values}

    def takes(self, item):
        if self.first and item.day < self.first or self.last and item.day > self.last:
            return False
        return all(item.matches({"hour": "clock_hour"}.get(name, name), values) for name, values in self.filters.items())

    def lines(self, lines):
        return [line for line in lines if self.takes(line)]

    def sessions(self, sessions):
        """None with a payment method: a session has none, so nothing can be said of sessions."""
        if "payment_method" in self.filters:
            return None
        return [session for session in sessions if self.takes(session)]


def sales_figures(lines):
    """Every figure about transactions, exact (nothing rounded yet)."""
    sales = [line for line in lines if line.is_sale]
    sold = [line for line in sales if line.quantity > 0]
    # Payments: every line that is part of the books, whatever became of the order later.
    books = [line for line in lines if line.exclusion is None]
    failed = [line for line in books if line.payment_status == "failed"]
    paid = [line for line in books if line.payment_status == "paid"]
    gross = sum((line.amount for line in sold), ZERO)
    discounts = sum((line.discount for line in sold), ZERO)
    returns = -sum((line.amount for line in sales if line.quantity < 0), ZERO)
    revenue = sum((line.total for line in sales), ZERO)
    orders = len({line.order_id for line in sold})
    return {
        "revenue": revenue,
        "transactions": len(sold),
        "orders": orders,
        "average_transaction_value": ratio(revenue, len(sold)),
        "average_order_value": ratio(revenue, orders),
        "units": sum(line.quantity for line in sales),
        "gross_sales": gross,
        "discounts": discounts,
        "returns": returns,
        "net_sales": gross - discounts - returns,
        "failed_payments": len(failed),
        "failed_payment_rate": ratio(len(failed), len(failed) + len(paid)),
        "cancelled_orders": len({line.order_id for line in books if line.status == "cancelled"}),
        "discount_rate": ratio(discounts, gross),
        "return_rate": ratio(returns, gross),
    }


def session_figures(sessions):
    if sessions is None:
        return {"sessions": None, "visitors": None, "conversion_rate": None}
    with_purchase = sum(session.has_purchase for session in sessions)
    return {
        "sessions": len(sessions),
        "visitors": len({session.visitor for session in sessions}),
        "conversion_rate": ratio(with_purchase, len(sessions)),
    }


def overview(lines, sessions):
    return sales_figures(lines) | session_figures(sessions)


def grouped(items, attribute):
    groups = defaultdict(list)
    for item in items:
        groups[getattr(item, attribute)].append(item)
    return groups


def by_day(lines, sessions, first, last):
    """A row for every day from first to last, also for days on which nothing happened."""
    line_days, session_days = grouped(lines, "day"), grouped(sessions or (), "day")
    rows, day = {}, first
    while day <= last:
        visits = None if sessions is None else session_days.get(day, [])
        rows[day.isoformat()] = overview(line_days.get(day, []), visits)
        day += timedelta(days=1)
    return rows


def by(attribute, lines):
    """Figures per category or region, with the share of the selection's revenue. Only groups with a sale have a row."""
    total = sum((line.total for line in lines if line.is_sale), ZERO)
    rows = {}
    for value, group in grouped([line for line in lines if line.is_sale], attribute).items():
        rows[value] = sales_figures(group)
        rows[value]["share"] = ratio(rows[value]["revenue"], total)
    return rows


def by_product(lines, sessions):
    """Goods only: charges are in revenue, not among products."""
    goods = grouped([line for line in lines if line.is_sale and not line.is_charge], "product_id")
    viewed, bought = defaultdict(int), defaultdict(int)
    for session in sessions or ():
        for product in session.viewed:
            viewed[product] += 1
        for product in session.bought:
            bought[product] += 1
    rows = {}
    for product, group in goods.items():
        figures = sales_figures(group)
        rows[product] = {name: figures[name] for name in ("revenue", "units", "orders", "transactions")}
        rows[product]["category"] = group[-1].category
        # Sessions that bought the product ÷ sessions that saw it.
        rows[product]["conversion_rate"] = ratio(bought[product], viewed[product])
    return rows


def names_by_product(lines):
    """What each product may be called. Lines at price zero carry remarks ("damaged?", "found"), so a name comes from a
    line with a price wherever there is one."""
    priced, others = defaultdict(set), defaultdict(set)
    for line in lines:
        if line.product_name:
            (priced if line.unit_price > 0 else others)[line.product_id].add(line.product_name)
    return {**others, **priced}


def top(products, limit):
    """By revenue; equal revenue in the order of the id."""
    return sorted(products.items(), key=lambda item: (-item[1]["revenue"], item[0] or ""))[:limit]


def printable(figures):
    """Money to the cent, rates to six digits: the form for people and for JSON."""
    shown = {}
    for name, value in figures.items():
        if name in MONEY and value is not None:
            value = str(cents(value))
        elif name in RATES and value is not None:
            value = str(rounded(value, 6))
        elif isinstance(value, (set, frozenset)):
            value = sorted(value)
        shown[name] = value
    return shown
