"""What another value of a setting would make of last month: the real ledger, computed for whom it matters to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Self

import numpy as np

from core import clock
from core.clock import AsOf
from subscriptions.domain import ledger, rulesets, stage
from subscriptions.domain.bulk import EPOCH
from subscriptions.domain.columns import Columns, firsts, take
from subscriptions.domain.ledger_cells import CHURN
from subscriptions.domain.ledger_source import to_amount
from subscriptions.domain.settings import BY_KEY, Setting
from subscriptions.models import Ruleset
from subscriptions.queries import kept_curves
from subscriptions.queries.curves import KINDS, SINCE_1970, Curves, read
from subscriptions.queries.ledger import IN_FORCE
from subscriptions.queries.shown import TIMES
from subscriptions.queries.spans import SILENT

# The versions whose customers a setting can make a difference to.
MATTERS: Final = {
    "churn_counts": "v.cancelled_on IS DISTINCT FROM v.ends_on AND v.cancelled_on IS NOT NULL",
    "endless_discounts": "v.discount > 0 AND v.discount_ends_on IS NULL",
    "limited_discounts": "v.discount_ends_on IS NOT NULL",
    "paused": "v.paused",
    "paid_to_free": "v.mrr = 0",
    "metered": "v.metered",
    "past_due_days": "v.past_due_on IS NOT NULL",
    "term_without_a_word_days": SILENT,
    "fx": "v.currency <> %(reporting)s",
    # Only who comes or comes back in the month can be called otherwise.
    "reactivation_within_days": """v.customer_id IN (
        SELECT m.customer_id FROM subscriptions_mrrmovement m
        WHERE m.ruleset_id = %(ruleset)s AND m.kind IN ('new', 'reactivation')
          AND m.day >= %(first)s AND m.day < %(last)s)""",
}
LEFT: Final = f"""
SELECT count(*) FROM subscriptions_mrrmovement m
WHERE m.day >= %(first)s AND m.day < %(last)s AND m.kind = 'churn' AND NOT m.kept AND {IN_FORCE}
"""
# Settings that leave the ledger as it is, and change what reports say of it.
READINGS: Final = ("new_and_gone_in_one_period", "shown")
OFFERED: Final[Mapping[str, tuple[int | None, ...]]] = {
    "past_due_days": (0, 15, 45, 60),
    "term_without_a_word_days": (0, 14, 30),
    "reactivation_within_days": (30, 90, 365, None),
}


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the ledger in millionths of the reporting currency: MRR at its start; how much of it churned, was new
    and came back in it; and what those who were there at its start paid at its end, all and at most what before.
    ``lost``: how many customers left in it, without those who go on with what is free or paused.
    """

    start: int = 0
    new: int = 0
    reactivation: int = 0
    churn: int = 0
    stays: int = 0
    kept: int = 0
    lost: int = 0

    def __add__(self, other: Self) -> "Month":
        return Month(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def __sub__(self, other: Self) -> "Month":
        return Month(*(getattr(self, name) - getattr(other, name) for name in self.__slots__))

    def times(self, factor: int) -> "Month":
        """The same with so many times the amounts."""
        amounts = {name: getattr(self, name) * factor for name in self.__slots__ if name != "lost"}
        return replace(self, **amounts)

    @property
    def nrr(self) -> float | None:
        return self.stays / self.start if self.start else None

    @property
    def grr(self) -> float | None:
        return self.kept / self.start if self.start else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a setting could have, and last month under it. ``error`` says why there is none."""

    value: Any
    said: str
    current: bool
    month: Month | None
    error: str = ""

    @property
    def start(self) -> Decimal:
        return self._amount("start")

    @property
    def new(self) -> Decimal:
        return self._amount("new")

    @property
    def churn(self) -> Decimal:
        return self._amount("churn")

    def _amount(self, name: str) -> Decimal:
        return to_amount(getattr(self.month, name, 0))


def last_month(today: date | None = None) -> tuple[date, date]:
    """The first day of the last whole month, and of the one after it."""
    end = (today or clock.today()).replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def now() -> Month:
    """Last month as reports have it, in MRR."""
    ruleset = rulesets.current()
    return _of_curves(_curves(ruleset), rulesets.rules(ruleset), _lost(ruleset))


def _curves(ruleset: Ruleset) -> Curves:
    tomorrow = clock.today() + timedelta(days=1)
    if kept_curves.state(ruleset).usable:
        return kept_curves.everyone(ruleset, tomorrow)
    return read(AsOf.at(tomorrow), ruleset=ruleset)


def readings(key: str) -> list[Choice]:
    """Last month under each value of a setting that leaves the ledger as it is, the one in force first. Raises
    KeyError for any other.
    """
    if key not in READINGS:
        raise KeyError(key)
    ruleset, setting = rulesets.current(), BY_KEY[key]
    rules, curves, lost = rulesets.rules(ruleset), _curves(ruleset), _lost(ruleset)
    values = [rules[key], *_values(setting, rules[key])]
    return [
        Choice(value, setting.said(value), value == rules[key], _shown(curves, {**rules, key: value}, lost))
        for value in values
    ]


def _shown(curves: Curves, rules: Mapping[str, Any], lost: int) -> Month:
    """As ``now``, in what recurring revenue is shown as."""
    return _of_curves(curves, rules, lost).times(TIMES[rules["shown"]])


def _lost(ruleset: Ruleset) -> int:
    first, last = last_month()
    known_on = clock.today() + timedelta(days=1)
    params = {"ruleset": ruleset.pk, "known_on": known_on, "first": first, "last": last}
    ((count,),) = stage.fetch(LEFT, params)
    return int(count)


def choices(key: str, *, total: Month) -> list[Choice]:
    """Last month under each value that a setting could have, the one in force first; ``total`` is last month as it
    is. One computation of the ledger for each, of those customers whom the setting can matter to. Raises KeyError for
    a setting that changes no ledger.
    """
    condition, setting = MATTERS[key], BY_KEY[key]
    current = rulesets.rules(rulesets.current())
    customers = _matters(condition, current)
    own = _month(current, customers)
    found = [Choice(current[key], setting.said(current[key]), True, total)]
    for value in _values(setting, current[key]):
        found.append(_under(setting, value, current, customers, total - own))
    return found


def refused(settings: Mapping[str, Any]) -> str:
    """Why there would be no ledger under these settings: an exchange rate that is missing on a day on which MRR would
    move. Empty where there would be one.
    """
    current = rulesets.rules(rulesets.current())
    if all(current[key] == settings.get(key, current[key]) for key in MATTERS):
        return ""
    try:
        _month({**current, **settings}, _matters(MATTERS["fx"], current))
    except ledger.MissingRate as missing:
        return str(missing)
    return ""


def _under(setting: Setting, value: Any, current: Mapping[str, Any], customers: list[int], rest: Month) -> Choice:
    try:
        month = rest + _month({**current, setting.key: value}, customers)
    except ledger.MissingRate as missing:
        return Choice(value, setting.said(value), False, None, str(missing))
    return Choice(value, setting.said(value), False, month)


def _values(setting: Setting, current: Any) -> list[Any]:
    offered = [key for key, _words in setting.choices] or OFFERED.get(setting.key, ())
    return [value for value in offered if value != current]


def _matters(condition: str, rules: Mapping[str, Any]) -> list[int]:
    sql = f"SELECT DISTINCT v.customer_id FROM subscriptions_subscriptionversion v WHERE {condition} ORDER BY 1"
    first, last = last_month()
    params = {"reporting": rules["reporting_currency"], "ruleset": rulesets.current().pk, "first": first, "last": last}
    return [customer for (customer,) in stage.fetch(sql, params)]


def _month(rules: Mapping[str, Any], customers: Sequence[int]) -> Month:
    if not customers:
        return Month()
    total = Month()
    for rows in ledger.movements(rules, customers):
        total += _of_rows(rows.columns, rules)
    return total


def _of_rows(rows: Columns, rules: Mapping[str, Any]) -> Month:
    """The month of rows of the ledger: of each customer and day the one known last by today."""
    rows = take(rows, np.flatnonzero(rows["known"] <= _number(clock.today())))
    rows = take(rows, np.lexsort((rows["known"], rows["day"], rows["customer"])))
    rows = take(rows, np.flatnonzero(np.roll(firsts(rows["customer"], rows["day"]), -1)))
    moves = {name: rows[name] for name in ("customer", "day", "fx")}
    kind, inside = rows["kind"].astype(np.int64), _inside(rows["day"])
    lost = np.count_nonzero(inside & (kind == CHURN) & ~rows["kept"].astype(bool))
    return _counted({**moves, "amount": rows["after"] - rows["before"], "kind": kind}, rules, int(lost))


def _of_curves(curves: Curves, rules: Mapping[str, Any], lost: int) -> Month:
    return _counted({**curves.moves, "day": curves.moves["day"] - SINCE_1970}, rules, lost)


def _inside(day: np.ndarray) -> np.ndarray:
    first, last = (_number(day) for day in last_month())
    return (day >= first) & (day < last)


def _counted(moves: Columns, rules: Mapping[str, Any], lost: int) -> Month:
    day, amount, kind = moves["day"], moves["amount"], moves["kind"]
    first, last = (_number(day) for day in last_month())
    ids, place = np.unique(moves["customer"], return_inverse=True)
    start, end = np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.int64)
    np.add.at(start, place[day < first], (amount + moves["fx"])[day < first])
    np.add.at(end, place[day < last], (amount + moves["fx"])[day < last])
    inside = _inside(day)
    if rules["new_and_gone_in_one_period"] == "left_out":
        inside &= ((start > 0) | (end > 0))[place]
    flows = {name: int(np.abs(amount[inside & (kind == KINDS.index(name))]).sum()) for name in ("new", "reactivation")}
    return Month(
        start=int(start.sum()),
        churn=int(-amount[inside & (kind == CHURN)].sum()),
        stays=int(end[start > 0].sum()),
        kept=int(np.minimum(start, end).sum()),
        lost=lost,
        **flows,
    )


def _number(day: date) -> int:
    return int((np.datetime64(day, "D") - EPOCH).astype(int))


def building() -> Ruleset | None:
    """The ruleset whose ledger is being built, if any."""
    return Ruleset.objects.filter(progress__isnull=False, in_force=False).order_by("-pk").first()
