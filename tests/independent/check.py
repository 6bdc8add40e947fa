"""Collects what was compared and says so: a table, the differences, the verdict."""

from decimal import Decimal

from figures import MONEY, RATES
from money import rounded

SHOWN_DIFFERENCES = 40


class Section:
    """The comparisons of one report in one case."""

    def __init__(self, case, subject):
        self.case, self.subject = case, subject
        self.compared, self.differences = 0, []

    def equal(self, what, expected, got):
        self._note(what, expected, got, expected == got)

    def one_of(self, what, accepted, got):
        self._note(what, f"one of {sorted(accepted)}", got, got in accepted)

    def row(self, where, expected, got):
        """Every expected figure of one row; money to the cent, rates to at least four digits."""
        for name, value in expected.items():
            what = f"{where} {name}".strip()
            if name not in got:
                self._note(what, value, "no such column", False)
                continue
            self._note(what, shown(name, value), got[name], same(name, value, got[name]))

    def _note(self, what, expected, got, fine):
        self.compared += 1
        if not fine:
            self.differences.append((what, expected, got))


class Table:
    def __init__(self, title):
        self.title, self.sections = title, []

    def section(self, case, subject):
        self.sections.append(Section(case, subject))
        return self.sections[-1]

    def facts(self, case, rows):
        section = self.section(case, "-")
        for what, expected, got in rows:
            section.equal(what, expected, got)

    def finish(self):
        """Prints everything; the exit code."""
        width = max(len(section.case) for section in self.sections)
        print(f"{self.title}\n{'case':<{width}}  {'report':<20} {'compared':>9} {'differ':>7}")
        for section in self.sections:
            print(f"{section.case:<{width}}  {section.subject:<20} {section.compared:>9} {len(section.differences):>7}")
        differences = [(section, *difference) for section in self.sections for difference in section.differences]
        for section, what, expected, got in differences[:SHOWN_DIFFERENCES]:
            print(f"differs: {section.case} / {section.subject} / {what}: expected {expected}, souk says {got}")
        if len(differences) > SHOWN_DIFFERENCES:
            print(f"… and {len(differences) - SHOWN_DIFFERENCES} more")
        compared = sum(section.compared for section in self.sections)
        if differences:
            print(f"verdict: {len(differences)} of {compared} figures differ")
            return 1
        print(f"verdict: all {compared} figures agree")
        return 0


def digits_of(number):
    return max(0, -Decimal(number).as_tuple().exponent)


def same(name, expected, got):
    """`got` must be the exact figure rounded to the digits it has: at least cents, at least four for rates."""
    if expected is None or got is None:
        return expected is None and got is None
    if name in MONEY:
        least = 2
    elif name in RATES:
        least = 4
    else:
        return expected == got
    got = Decimal(str(got))
    digits = min(max(least, digits_of(got)), 12)
    return abs(rounded(expected, digits) - rounded(got, digits)) <= (0 if digits < 12 else Decimal("1e-11"))


def shown(name, value):
    if value is None or not (name in MONEY or name in RATES):
        return value
    return rounded(Decimal(value), 2 if name in MONEY else 6)
