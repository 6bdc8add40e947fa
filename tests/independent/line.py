"""What one raw line means for the books, whatever file it came from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Optional

UNKNOWN_REGION = "Unknown"
NO_CATEGORY = "Uncategorised"

# Codes which are not goods: postage, manual entries, bank fees, discounts and the like.
CHARGES = frozenset(["POST", "DOT", "M", "m", "D", "C2", "C3", "S", "B", "PADS", "CRUK", "AMAZONFEE", "BANK CHARGES"])


@dataclass(slots=True)
class Line:
    """One line of one order, after duplicates are gone. `exclusion` None means that it counts."""

    order_id: str
    user_id: Optional[str]
    product_id: Optional[str]
    product_name: Optional[str]
    quantity: int
    unit_price: Decimal
    discount: Decimal
    total: Decimal
    payment_method: str
    payment_status: str
    failure_reason: Optional[str]
    status: str
    region: str
    category: str
    segment: Optional[str]
    device: Optional[str]
    source: Optional[str]
    day: date
    hour: int = 0
    city: Optional[str] = None
    country: Optional[str] = None
    exclusion: Optional[str] = None

    def matches(self, attribute, values):
        return getattr(self, attribute) in values

    @property
    def product(self):
        return self.product_id

    @property
    def weekday(self):
        return str(self.day.isoweekday())

    @property
    def clock_hour(self):
        return str(self.hour)

    @property
    def amount(self):
        return self.quantity * self.unit_price

    @property
    def is_charge(self):
        return self.product_id in CHARGES

    @property
    def is_sale(self):
        return (self.exclusion is None and self.status in ("completed", "returned")
                and self.payment_status in ("paid", "refunded"))


@dataclass(slots=True)
class Session:
    """One visit: events of one session_id without a pause of more than 30 minutes."""

    session_id: str
    visitor: str
    day: date
    device: Optional[str]
    source: Optional[str]
    region: str
    segment: Optional[str]
    categories: frozenset  # of all products that its events name
    viewed: frozenset
    bought: frozenset
    has_purchase: bool
    events: list  # (time, event_id, record), in order

    products: frozenset = frozenset()  # that its events name
    clock_hour: str = ""  # at which it began

    def matches(self, attribute, values):
        if attribute in ("category", "product"):
            return bool((self.categories if attribute == "category" else self.products) & values)
        return getattr(self, attribute) in values

    @property
    def weekday(self):
        return str(self.day.isoweekday())


def clean_id(text):
    """Ids are text; a whole number that passed through a spreadsheet loses its `.0`."""
    text = text.strip()
    head, dot, tail = text.partition(".")
    if dot and tail and set(tail) == {"0"} and head.isdigit():
        return head
    return text


def exclusion_of(order_id, product_id, quantity, unit_price):
    """The rules of the books for lines that are no sale and no return at all."""
    if order_id[:1] == "A" and order_id[1:2].isdigit() and product_id == "B":
        return "bad_debt"
    if quantity < 0 and unit_price == 0:
        return "stock_correction"
    if unit_price < 0:
        # A negative price that is no bad debt cannot be a sale; none occurs in the files at hand.
        return "invalid_amount"
    return None
