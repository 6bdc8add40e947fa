"""The analyses of customers, carts, products and hours, each written out from its definition as a list of rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import combinations
from zoneinfo import ZoneInfo

import figures
from figures import Selection, grouped, sales_figures
from money import ZERO, ratio, rounded

CART_TIMEOUT = timedelta(minutes=60)
DAY = timedelta(days=1)
UNKNOWN = "Unknown"


@dataclass
class Books:
    """Everything that is known of a shop."""

    lines: list
    sessions: list = field(default_factory=list)
    users: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    zone: ZoneInfo = None

    def until(self):
        """The newest event."""
        return max((session.events[-1][0] for session in self.sessions), default=None)


@dataclass
class Question:
    """One report over a period (both days included) with filters."""

    books: Books
    first: date
    last: date
    filters: dict
    limit: int = 10 ** 9

    def lines(self):
        return Selection(self.first, self.last, **self.filters).lines(self.books.lines)

    def sales(self):
        return [line for line in self.lines() if line.is_sale]

    def sessions(self):
        return Selection(self.first, self.last, **self.filters).sessions(self.books.sessions)

    def history(self):
        """Sales up to the last day, of customers who are known."""
        lines = Selection(None, self.last, **self.filters).lines(self.books.lines)
        return [line for line in lines if line.is_sale and line.user_id]

    def days(self):
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]


def is_goods(line):
    return line.is_sale and not line.is_charge and line.product_id is not None


def stated(event, name):
    """None where the source says nothing: null in JSON, an empty field in CSV."""
    value = event.get(name)
    return None if value == "" else value


def take(figures_of, *names):
    return {name: figures_of[name] for name in names}


def revenue_hourly(question):
    by_hour, rows = grouped(question.sales(), "day"), []
    for day in question.days():
        hours, so_far = grouped(by_hour.get(day, []), "hour"), ZERO
        for hour in range(24):
            clock = datetime(day.year, day.month, day.day, hour, tzinfo=question.books.zone)
            if clock.astimezone(timezone.utc).astimezone(question.books.zone).hour != hour:
                continue  # the clock is put forward over it
            sold = sales_figures(hours.get(hour, []))
            so_far += sold["revenue"]
            rows.append({"day": day.isoformat(), "hour": hour, "revenue_of_day": so_far,
                         **take(sold, "revenue", "transactions", "orders", "average_order_value", "units")})
    return rows


def hourly_pattern(question):
    weekdays = Counter(day.isoweekday() for day in question.days())
    groups = defaultdict(list)
    for line in question.sales():
        groups[line.day.isoweekday(), line.hour].append(line)
    rows = []
    for weekday in sorted(weekdays):
        for hour in range(24):
            sold = sales_figures(groups.get((weekday, hour), []))
            rows.append({"weekday": weekday, "day_name": NAMES[weekday - 1], "hour": hour,
                         **take(sold, "revenue", "transactions", "orders"),
                         "average_revenue": ratio(sold["revenue"], weekdays[weekday])})
    return rows


NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def product_leaderboard(question):
    products = figures.by_product(question.lines(), question.sessions())
    total = sum((product["revenue"] for product in products.values()), ZERO)
    returns = {key: sales_figures(group)["returns"]
               for key, group in grouped([line for line in question.sales() if is_goods(line)], "product_id").items()}
    length = (question.last - question.first).days + 1
    before = Question(question.books, question.first - length * DAY, question.first - DAY, question.filters)
    places = {key: place for place, (key, _) in enumerate(figures.top(figures.by_product(before.lines(), []), 10 ** 9), 1)}
    views = Counter(product for session in question.sessions() or () for product in session.viewed)
    rows = []
    for place, (key, product) in enumerate(figures.top(products, question.limit), 1):
        rows.append({"rank": place, "product_id": key, **take(product, "revenue", "units", "orders", "conversion_rate"),
                     "share": ratio(product["revenue"], total), "returns": returns[key],
                     "views": None if question.sessions() is None else views[key],
                     "previous_rank": places.get(key), "rank_change": places[key] - place if key in places else None})
    return rows


SEGMENTS = ["Champions", "Loyal", "Potential loyalist", "New", "Promising", "Need attention", "About to sleep", "At risk",
            "Cannot lose", "Hibernating", "Lost"]
# One line per recency score from 5 down to 1, one entry per mean of frequency and monetary score from 1 to 5.
GRID = {5: [3, 2, 2, 0, 0], 4: [4, 2, 2, 1, 1], 3: [6, 6, 5, 1, 1], 2: [9, 9, 7, 7, 8], 1: [10, 9, 7, 7, 8]}


def scores(values):
    """Quintiles, 5 = the largest values; equal values have the same score, that of the lowest among them."""
    ordered = sorted(values)
    first = {}
    for place, value in enumerate(ordered):
        first.setdefault(value, place)
    return [first[value] * 5 // len(ordered) + 1 for value in values]


def _customers(question):
    rows = []
    for user, lines in grouped(question.history(), "user_id").items():
        sold = [line for line in lines if line.quantity > 0]
        if sold:
            last = max(line.day for line in sold)
            rows.append({"user_id": user, "last_order_day": last.isoformat(), "recency_days": (question.last - last).days,
                         **take(sales_figures(lines), "orders", "revenue")})
    if rows:
        recency = scores([-row["recency_days"] for row in rows])
        frequency, monetary = scores([row["orders"] for row in rows]), scores([row["revenue"] for row in rows])
        for row, r, f, m in zip(rows, recency, frequency, monetary):
            row |= {"recency_score": r, "frequency_score": f, "monetary_score": m,
                    "segment": SEGMENTS[GRID[r][(f + m + 1) // 2 - 1]]}
    return rows


def rfm_customers(question):
    return sorted(_customers(question), key=lambda row: (-row["revenue"], row["user_id"]))[:question.limit]


def customer_segments(question):
    customers = _customers(question)
    total, rows = sum((row["revenue"] for row in customers), ZERO), []
    for segment in SEGMENTS:
        members = [row for row in customers if row["segment"] == segment]
        revenue = sum((row["revenue"] for row in members), ZERO)
        rows.append({"segment": segment, "customers": len(members), "customer_share": ratio(len(members), len(customers)),
                     "revenue": revenue, "share": ratio(revenue, total),
                     "average_recency_days": ratio(sum(row["recency_days"] for row in members), len(members)),
                     "average_orders": ratio(sum(row["orders"] for row in members), len(members)),
                     "average_revenue": ratio(revenue, len(members))})
    return rows


def new_vs_returning(question):
    first_day = {}
    for line in question.books.lines:
        if line.is_sale and line.quantity > 0 and line.user_id:
            first_day[line.user_id] = min(first_day.get(line.user_id, line.day), line.day)
    groups, sales = defaultdict(list), question.sales()
    for line in sales:
        first = first_day.get(line.user_id)
        new = first is not None and question.first <= first <= question.last
        groups["Guest" if line.user_id is None else "New" if new else "Returning"].append(line)
    total, rows = sum((line.total for line in sales), ZERO), []
    for kind in ("New", "Returning", "Guest"):
        sold = sales_figures(groups[kind])
        customers = len({line.user_id for line in groups[kind] if line.quantity > 0})
        rows.append({"kind": kind, "customers": None if kind == "Guest" else customers,
                     **take(sold, "orders", "revenue", "average_order_value"), "share": ratio(sold["revenue"], total),
                     "orders_per_customer": None if kind == "Guest" else ratio(sold["orders"], customers)})
    return rows


def month_of(day):
    return day.year * 12 + day.month - 1


def _cohorts(question):
    """Cohort → its customers; customer → the sales of a month after the first order's."""
    first, lines = {}, question.history()
    for line in lines:
        if line.quantity > 0:
            first[line.user_id] = min(first.get(line.user_id, month_of(line.day)), month_of(line.day))
    members, sales = defaultdict(set), defaultdict(lambda: defaultdict(list))
    for user, month in first.items():
        members[month].add(user)
    for line in lines:
        if line.user_id in first:
            sales[line.user_id][month_of(line.day) - first[line.user_id]].append(line)
    chosen = {month: users for month, users in sorted(members.items()) if month >= month_of(question.first)}
    return chosen, sales


def cohort_retention(question):
    cohorts, sales = _cohorts(question)
    rows = []
    for month, users in cohorts.items():
        for after in range(month_of(question.last) - month + 1):
            active = sum(any(line.quantity > 0 for line in sales[user].get(after, ())) for user in users)
            rows.append({"cohort": _first_day(month), "months_after": after, "cohort_size": len(users), "customers": active,
                         "retention": ratio(active, len(users))})
    return rows


def _first_day(month):
    return date(month // 12, month % 12 + 1, 1).isoformat()


def _cohort_revenue(question, month, users, sales):
    so_far = ZERO
    for after in range(month_of(question.last) - month + 1):
        revenue = sum((line.total for user in users for line in sales[user].get(after, ())), ZERO)
        so_far += revenue
        yield {"cohort": _first_day(month), "months_after": after, "cohort_size": len(users), "revenue": revenue,
               "lifetime_revenue": so_far, "lifetime_value": ratio(so_far, len(users))}


def cohort_revenue(question):
    cohorts, sales = _cohorts(question)
    return [row for month, users in cohorts.items() for row in _cohort_revenue(question, month, users, sales)]


def cohort_channels(question):
    cohorts, sales = _cohorts(question)
    rows = []
    for month, users in cohorts.items():
        channels = defaultdict(set)
        for user in users:
            channels[question.books.users.get(user, {}).get("acquisition_channel") or UNKNOWN].add(user)
        for channel, group in sorted(channels.items()):
            rows += [row | {"channel": channel} for row in _cohort_revenue(question, month, group, sales)]
    return rows


def conversion_funnel(question):
    counts = [0, 0, 0]
    for session in question.sessions():
        step, since = 0, None
        for wanted in ("view", "add_to_cart", "purchase"):
            times = [time for time, _, event in session.events
                     if event["event_type"] == wanted and (since is None or time >= since)]
            if not times:
                break
            since = min(times)
            counts[step] += 1
            step += 1
    rows = []
    for place, name in enumerate(["Viewed a product", "Put one into the cart", "Bought"]):
        before = counts[place - 1] if place else None
        rows.append({"step": place + 1, "name": name, "sessions": counts[place], "rate": ratio(counts[place], counts[0]),
                     "step_rate": ratio(counts[place], before), "drop_off": before - counts[place] if place else None,
                     "drop_off_rate": ratio(before - counts[place], before) if place else None})
    return rows


def _cart(session, purchases, until, products):
    """(fate, pieces, value, age) of what a visit put into the cart."""
    adds = [(time, event) for time, _, event in session.events if event["event_type"] == "add_to_cart"]
    last = adds[-1][0]
    if any(last <= time <= last + CART_TIMEOUT for time in purchases):
        return "bought", 0, ZERO, None
    if until - last < CART_TIMEOUT:
        return "open", 0, ZERO, None
    bought = max((time for time in purchases if time < last), default=None)
    pieces, value = 0, ZERO
    for time, event in adds:
        if bought is None or time > bought:
            quantity, price = stated(event, "quantity"), stated(event, "price")
            price = products.get(event.get("product_id"), {}).get("price") if price is None else price
            pieces += 1 if quantity is None else int(quantity)
            value += (1 if quantity is None else int(quantity)) * Decimal(str(price or 0))
    return "abandoned", pieces, value, last


def abandoned_carts(question):
    books, purchases, until = question.books, defaultdict(list), question.books.until()
    for session in books.sessions:
        purchases[session.visitor] += [time for time, _, event in session.events if event["event_type"] == "purchase"]
    days = defaultdict(list)
    for session in question.sessions():
        if any(event["event_type"] == "add_to_cart" for _, _, event in session.events):
            days[session.day].append(_cart(session, purchases[session.visitor], until, books.products))
    rows = []
    for day in question.days():
        carts = days.get(day, [])
        lost = [cart for cart in carts if cart[0] == "abandoned"]
        still_open = sum(cart[0] == "open" for cart in carts)
        value = sum((cart[2] for cart in lost), ZERO)
        # Both moments without their fractions of a second.
        seconds = sum(int(until.timestamp() // 1) - int(cart[3].timestamp() // 1) for cart in lost)
        rows.append({"day": day.isoformat(), "carts": len(carts), "open_carts": still_open, "abandoned_carts": len(lost),
                     "abandonment_rate": ratio(len(lost), len(carts) - still_open),
                     "items": sum(cart[1] for cart in lost), "value": value, "average_value": ratio(value, len(lost)),
                     "average_age_hours": ratio(seconds, 3600 * len(lost))})
    return rows


def search_terms(question):
    terms = defaultdict(list)
    for session in question.sessions():
        bought = [time for time, _, event in session.events if event["event_type"] == "purchase"]
        for time, _, event in session.events:
            term = (event.get("search_query") or "").strip().lower()
            if event["event_type"] == "search" and term:
                followed = bool(bought) and max(bought) >= time
                terms[term].append((id(session), stated(event, "search_results"), followed))
    rows = []
    for term, searches in terms.items():
        results = [int(found) for _, found, _ in searches if found is not None]
        sessions = {session for session, _, _ in searches}
        rows.append({"term": term, "searches": len(searches), "sessions": len(sessions),
                     "average_results": ratio(sum(results), len(results)),
                     "zero_result_rate": ratio(sum(found == 0 for found in results), len(results)),
                     "search_conversion_rate": ratio(len({s for s, _, followed in searches if followed}), len(sessions))})
    return sorted(rows, key=lambda row: (-row["searches"], row["term"]))[:question.limit]


def payment_methods(question):
    lines = [line for line in question.lines() if line.exclusion is None]
    total, rows = sum((line.total for line in lines if line.is_sale), ZERO), []
    for method, group in grouped(lines, "payment_method").items():
        sold = sales_figures(group)
        rows.append({"payment_method": method, "share": ratio(sold["revenue"], total),
                     **take(sold, "revenue", "transactions", "orders", "average_order_value", "failed_payments",
                            "failed_payment_rate")})
    return sorted(rows, key=lambda row: (-row["revenue"], row["payment_method"]))


def revenue_by_city(question):
    groups, sales = defaultdict(list), question.sales()
    for line in sales:
        groups[line.city or UNKNOWN, line.country or UNKNOWN].append(line)
    total, rows = sum((line.total for line in sales), ZERO), []
    for (city, country), group in groups.items():
        sold = sales_figures(group)
        rows.append({"city": city, "country": country, "share": ratio(sold["revenue"], total),
                     **take(sold, "revenue", "transactions", "orders", "average_order_value")})
    return sorted(rows, key=lambda row: (-row["revenue"], row["city"], row["country"]))[:question.limit]


def failed_payments(question):
    failed = [line for line in question.lines() if line.exclusion is None and line.payment_status == "failed"]
    rows = []
    for reason, group in grouped(failed, "failure_reason").items():
        rows.append({"failure_reason": reason or "not stated", "failed_payments": len(group),
                     "failed_share": ratio(len(group), len(failed)), "failed_orders": len({line.order_id for line in group}),
                     "failed_amount": sum((line.total for line in group), ZERO)})
    return sorted(rows, key=lambda row: (-row["failed_payments"], row["failure_reason"]))


def cancelled_orders(question):
    days = grouped([line for line in question.lines() if line.exclusion is None], "day")
    rows = []
    for day in question.days():
        lines = days.get(day, [])
        placed = {line.order_id for line in lines if line.quantity > 0}
        lost = [line for line in lines if line.status == "cancelled"]
        orders = len({line.order_id for line in lost})
        rows.append({"day": day.isoformat(), "placed_orders": len(placed), "cancelled_orders": orders,
                     "cancellation_rate": ratio(orders, len(placed)),
                     "cancelled_amount": sum((line.total for line in lost), ZERO)})
    return rows


def bought_together(question):
    baskets = defaultdict(set)
    for line in question.sales():
        if is_goods(line) and line.quantity > 0:
            baskets[line.order_id].add(line.product_id)
    alone = Counter(product for basket in baskets.values() for product in basket)
    together = Counter()
    for basket in baskets.values():
        together.update(combinations(sorted(product for product in basket if alone[product] >= 5), 2))
    rows = []
    for (one, other), orders in together.items():
        if orders >= 5:
            rows.append({"product_id": one, "other_product_id": other, "orders": orders,
                         "support": ratio(orders, len(baskets)), "confidence": ratio(orders, alone[one]),
                         "other_confidence": ratio(orders, alone[other]),
                         "lift": ratio(orders * len(baskets), alone[one] * alone[other])})
    # Lift decides among equal numbers of orders by the four digits that are shown.
    rows.sort(key=lambda row: (-row["orders"], -rounded(row["lift"], 4), row["product_id"], row["other_product_id"]))
    return rows[:question.limit]


def days_of_cover(question):
    """As of the last day of the books, whatever the question's period."""
    books, units = question.books, Counter()
    last = question.last
    for line in books.lines:
        if line.is_sale and line.product_id and last - 27 * DAY <= line.day <= last:
            units[line.product_id] += line.quantity
    rows = []
    categories = question.filters.get("category")
    for key, product in books.products.items():
        stock, category = product.get("stock_quantity"), product.get("category") or "Uncategorised"
        if stock in (None, "") or product.get("active", "true") != "true" or categories and category not in categories:
            continue
        rows.append({"product_id": key, "category": category, "stock_quantity": int(stock), "units_of_28_days": units[key],
                     "units_per_day": ratio(units[key], 28),
                     "days_of_cover": ratio(28 * int(stock), units[key]) if units[key] > 0 else None})
    rows.sort(key=_cover_order)
    return rows[:question.limit]


def _cover_order(row):
    cover = row["days_of_cover"]
    return (cover is None, rounded(cover, 2) if cover is not None else 0, -row["units_of_28_days"], row["product_id"])
