"""Exact amounts: decimal arithmetic, rounded half away from zero."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

# Python's ROUND_HALF_UP rounds the magnitude, which is "half away from zero".
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)


def rounded(value, digits):
    with localcontext(WIDE):
        return value.quantize(Decimal(1).scaleb(-digits))


def cents(value):
    return rounded(value, 2)


def ratio(numerator, denominator):
    """The quotient to 40 digits, None where there is nothing to divide by."""
    if not denominator:
        return None
    with localcontext(WIDE):
        return Decimal(numerator) / Decimal(denominator)
