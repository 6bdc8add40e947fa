"""A generated shop's directory: users, products, dated transactions and clickstream."""

import csv
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from line import NO_CATEGORY, UNKNOWN_REGION, Line, Session, clean_id, exclusion_of
from money import ZERO, cents, rounded

SESSION_PAUSE = timedelta(minutes=30)
BEGINNING = datetime.min.replace(tzinfo=timezone.utc)


def shop(directory, time_zone):
    """(lines, sessions, account). Accepts the directory that holds users/, products/, … or its parent's `raw/`."""
    root = Path(directory)
    if not (root / "transactions").is_dir():
        root = next((d for d in (root / "raw", root / "data" / "raw") if (d / "transactions").is_dir()), None)
    if root is None:
        raise SystemExit(f"{directory}: no transactions/ below it; make one with `souk generate history --format csv`")
    zone = ZoneInfo(time_zone)
    account = Counter()
    users = Versions(_records(root / "users"), "user_id", zone)
    products = Versions(_records(root / "products"), "product_id", zone)
    raw_lines = _newest(_records(root / "transactions"), "transaction_id", "transaction_timestamp", zone, account,
                        "transactions")
    events = _newest(_records(root / "clickstream"), "event_id", "event_time", zone, account, "events")
    lines = [_line(record, users, products, zone) for record in raw_lines.values()]
    for line in lines:
        account["transactions " + (line.exclusion or f"{line.status}/{line.payment_status}")] += 1
    return lines, _sessions(events.values(), users, products, zone), account


class Versions:
    """Records as they were at any time: a version holds from its updated_at until the next one, the first one also before
    it, and a deleted one not at all."""

    def __init__(self, records, key, zone):
        self._versions = defaultdict(dict)
        for record in records:
            text = record.get("updated_at")
            time = _time(text, zone) if text else BEGINNING
            self._versions[record[key]].setdefault(time, record)
        self._versions = {id_: sorted(versions.items(), key=lambda version: version[0])
                          for id_, versions in self._versions.items()}

    def at(self, id_, time):
        """The record at that time; an empty one where there is none."""
        versions = self._versions.get(id_ or None)
        if not versions:
            return {}
        place = max(bisect_right(versions, time, key=lambda version: version[0]) - 1, 0)
        record = versions[place][1]
        return {} if str(record.get("deleted")).lower() == "true" else record


def people_and_goods(directory, time_zone):
    """(users, products): the newest record of each by id."""
    root, zone, account = Path(directory), ZoneInfo(time_zone), Counter()
    return (_newest(_records(root / "users"), "user_id", None, zone, account, "users"),
            _newest(_records(root / "products"), "product_id", None, zone, account, "products"))


def _records(directory):
    """Every record below a directory, file by file in the order of the names."""
    for path in sorted(p for p in directory.rglob("*") if p.is_file() and not p.name.startswith((".", "_"))):
        if path.suffix == ".csv":
            with open(path, encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)
        elif path.suffix in (".json", ".jsonl"):
            with open(path, encoding="utf-8") as file:
                for text in file:
                    if text.strip():
                        yield json.loads(text, parse_float=Decimal)
        else:
            raise SystemExit(f"{path}: only CSV and JSON lines are read here; generate with --format csv")


def _time(text, zone):
    """A point in time; one without zone is the shop's local time."""
    time = datetime.fromisoformat(text)
    return time.astimezone(timezone.utc) if time.tzinfo else time.replace(tzinfo=zone).astimezone(timezone.utc)


def _newest(records, key, own_time, zone, account, name):
    """The newest version of each record; the same key at the same time again is a duplicate."""
    newest = {}
    for record in records:
        account[f"{name} raw"] += 1
        text = record.get("updated_at") or (record.get(own_time) if own_time else None)
        time = _time(text, zone) if text else BEGINNING
        held = newest.get(record[key])
        if held is None:
            newest[record[key]] = (time, record)
        elif time == held[0]:
            account[f"{name} duplicate"] += 1
        elif time > held[0]:
            account[f"{name} replaced by a newer version"] += 1
            newest[record[key]] = (time, record)
        else:
            account[f"{name} older than what was there"] += 1
    return {id_: record for id_, (_, record) in newest.items()}


def _money(record, name, default=ZERO):
    value = record.get(name)
    return default if value in (None, "") else Decimal(str(value))


def _line(record, users, products, zone):
    quantity = int(record.get("quantity") or 1)
    discount, tax, shipping = (_money(record, name) for name in ("discount", "tax", "shipping"))
    total = _money(record, "total_amount", None)
    price = _money(record, "unit_price", None)
    if price is None:
        price = rounded((total + discount - tax - shipping) / quantity, 4)
    if total is None:
        total = quantity * price - discount + tax + shipping
    returned = quantity < 0
    order_id = clean_id(record.get("order_id") or record["transaction_id"])
    time = _time(record["transaction_timestamp"], zone)
    user = users.at(record.get("user_id"), time)
    product = products.at(record.get("product_id"), time)
    local = time.astimezone(zone)
    return Line(order_id=order_id, user_id=record.get("user_id") or None, product_id=record.get("product_id") or None,
                product_name=product.get("name"), quantity=quantity, unit_price=price, discount=discount,
                total=cents(total), payment_method=record.get("payment_method") or "other",
                payment_status=record.get("payment_status") or ("refunded" if returned else "paid"),
                failure_reason=record.get("failure_reason") or None,
                status=record.get("status") or ("returned" if returned else "completed"),
                region=record.get("region") or record.get("country") or UNKNOWN_REGION,
                category=product.get("category") or NO_CATEGORY, segment=user.get("segment") or None,
                device=record.get("device_type") or None, source=record.get("traffic_source") or None,
                day=local.date(), hour=local.hour, city=record.get("city") or None,
                country=record.get("country") or None, exclusion=exclusion_of(order_id, record.get("product_id"), quantity, price))


def _sessions(events, users, products, zone):
    by_id = defaultdict(list)
    for event in events:
        by_id[event["session_id"]].append((_time(event["event_time"], zone), event["event_id"], event))
    sessions = []
    for session_id, visits in by_id.items():
        visits.sort(key=lambda visit: visit[:2])
        start = 0
        for i in range(1, len(visits) + 1):
            if i == len(visits) or visits[i][0] - visits[i - 1][0] > SESSION_PAUSE:
                sessions.append(_session(session_id, visits[start:i], users, products, zone))
                start = i
    return sessions


def _session(session_id, visits, users, products, zone):
    """What is said of a session is what its first event says."""
    events = [event for _, _, event in visits]
    user_id = next((event["user_id"] for event in events if event.get("user_id")), None)
    user = users.at(user_id, visits[0][0])
    first = events[0]
    named = [(event["event_type"], event["product_id"]) for event in events if event.get("product_id")]
    categories = frozenset(products.at(event["product_id"], time).get("category") or NO_CATEGORY
                           for time, _, event in visits if event.get("product_id"))
    return Session(session_id=session_id, visitor=user_id or session_id, day=visits[0][0].astimezone(zone).date(),
                   device=first.get("device_type") or None, source=first.get("traffic_source") or None,
                   region=first.get("region") or first.get("country") or UNKNOWN_REGION,
                   segment=user.get("segment") or None, categories=categories,
                   viewed=frozenset(product for kind, product in named if kind == "view"),
                   bought=frozenset(product for kind, product in named if kind == "purchase"),
                   has_purchase=any(event["event_type"] == "purchase" for event in events), events=visits,
                   products=frozenset(product for _, product in named),
                   clock_hour=str(visits[0][0].astimezone(zone).hour))
