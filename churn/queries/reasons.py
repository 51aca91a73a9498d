"""Why customers left: each churn movement with the reason the customer gave and the one recorded by us."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Max

from churn.models import ChurnEvent, ChurnReason
from churn.queries.moved import CHURN_KINDS, Moved
from churn.queries.retention.asked import Asked
from churn.queries.retention.book import day_of
from churn.queries.retention.lines import share
from churn.queries.retention.opened import Opened, Row
from churn.queries.retention.periods import Period
from subscriptions.models import SubscriptionVersion

NEAR: Final = 90  # days between a loss and the record of it
TOLD: Final = ("ours", "theirs")

# Of each customer what was recorded of their leaving, the last known row of each day.
RECORDED: Final = """
SELECT DISTINCT ON (COALESCE(c.into_id, e.customer_id), e.day) COALESCE(c.into_id, e.customer_id), e.day, e.reason_id,
       e.competitor, e.churn_kind
FROM churn_churnevent e
LEFT JOIN customers_canonical c ON c.from_id = e.customer_id AND c.known_on < %(known_on)s
    AND (c.undone_on IS NULL OR c.undone_on >= %(known_on)s)
WHERE e.known_on < %(known_on)s AND e.day >= %(since)s AND e.day < %(until)s AND {of}
ORDER BY COALESCE(c.into_id, e.customer_id), e.day, e.known_on DESC, e.id DESC
"""
# What customers said when they cancelled: the reason of versions that ended.
SAID: Final = """
SELECT DISTINCT ON (COALESCE(c.into_id, v.customer_id), v.ends_on) COALESCE(c.into_id, v.customer_id), v.ends_on,
       v.reason
FROM subscriptions_subscriptionversion v
LEFT JOIN customers_canonical c ON c.from_id = v.customer_id AND c.known_on < %(known_on)s
    AND (c.undone_on IS NULL OR c.undone_on >= %(known_on)s)
WHERE v.reason <> '' AND v.known_on < %(known_on)s AND v.ends_on >= %(since)s AND v.ends_on < %(until)s
    AND {of}
ORDER BY COALESCE(c.into_id, v.customer_id), v.ends_on, v.mrr DESC, v.known_on DESC, v.id DESC
"""
# Of few customers only what was said by them, and by whoever is or was merged into one of them.
FEW: Final = 2000
OF_FEW: Final = """customer_id IN (SELECT unnest(%(lost)s::bigint[])
    UNION ALL SELECT m.from_id FROM customers_canonical m WHERE m.into_id = ANY(%(lost)s))"""


@dataclass(frozen=True, slots=True)
class Lost:
    """One churn movement. ``amount`` is the MRR lost, in millionths; reasons are ids, None where none is told."""

    customer_id: int
    day: date
    amount: int
    kind: str
    ours: int | None
    theirs: int | None
    competitor: str


@dataclass(frozen=True, slots=True)
class Named:
    """A reason, and the one it is part of (itself, where of none)."""

    id: int
    label: str
    group: int


def losses(found: Moved, asked: Asked) -> dict[Period, list[Lost]]:
    """The churn of each period with its reasons. What was recorded nearest to the loss counts, within 90 days;
    a kind of churn recorded by hand counts before the one of the rule.
    """
    rows = {period: found.of(period, "churn") for period in found.periods}
    first, last = min(period.start for period in found.periods), max(period.end for period in found.periods)
    lost = sorted({int(customer) for part in rows.values() for customer in part["customer"]})
    recorded, said = _recorded(asked, first, last, lost), _said(asked, first, last, lost)
    return {
        period: [
            _lost(int(customer), day_of(day), -int(amount), CHURN_KINDS[int(kind)], (recorded, said))
            for customer, day, amount, kind in zip(
                *(part[name] for name in ("customer", "day", "amount", "churn_kind")), strict=True
            )
        ]
        for period, part in rows.items()
    }


def records() -> Hashable:
    """Tells one state of what ``losses`` reads beside the ledger from another."""
    last = ChurnEvent.objects.aggregate(last=Max("pk"))["last"]
    return last, tuple(ChurnReason.objects.order_by("pk").values_list("pk", "key", "label"))


def named() -> dict[int, Named]:
    """All reasons by id."""
    rows = ChurnReason.objects.values_list("id", "label", "parent_id")
    return {pk: Named(pk, label, parent or pk) for pk, label, parent in rows}


def given_by_customers(reason: ChurnReason) -> bool:
    """Whether a customer gave this reason when a subscription ended, by its key or its label."""
    return SubscriptionVersion.objects.filter(reason__in=[reason.key, reason.label]).exists()


def opened(key: str, lost: Sequence[Lost], *, reason: str = "", told: str = "ours") -> Opened:
    """The losses behind ``reasons.count``, ``reasons.mrr`` or ``reasons.share`` of a reason (an id, with finer ones;
    ``only:`` and an id, without; ``but:`` and ids, all others; ``none``; all, where empty), a kind
    (``kind:voluntary``) or a competitor (``competitor:Acme``).
    """
    names = named()
    kept = [one for one in lost if is_for(one, reason, told, names)]
    kept.sort(key=lambda one: (-one.amount, one.customer_id, one.day))
    rows = [Row(one.customer_id, 0, 0, -one.amount, one.day, "churn", _words(one, names)) for one in kept]
    mrr = sum(one.amount for one in kept)
    if key == "reasons.share":
        parts = (mrr, sum(one.amount for one in lost))
        return Opened(key, share(*parts), rows, parts)
    return Opened(key, {"reasons.count": len(rows), "reasons.mrr": mrr}[key], rows)


def is_for(one: Lost, reason: str, told: str, names: Mapping[int, Named]) -> bool:
    """Whether a loss is one of a reason as ``opened`` takes it."""
    what, _colon, value = reason.partition(":")
    own = one.ours if told == "ours" else one.theirs
    group = names[own].group if own else None
    asked = {
        "": lambda: True,
        "none": lambda: own is None,
        "kind": lambda: one.kind == value,
        "competitor": lambda: one.competitor == value,
        "only": lambda: f"{own}" == value,
        "but": lambda: f"{group}" not in value.split("-"),
    }
    return asked.get(what, lambda: reason in (f"{own}", f"{group}"))()


def _words(one: Lost, names: Mapping[int, Named]) -> str:
    said = [names[reason].label for reason in dict.fromkeys((one.ours, one.theirs)) if reason]
    return " · ".join([*said, *([one.competitor] if one.competitor else [])])


def _lost(customer: int, day: date, amount: int, kind: str, told: tuple["Records", "Records"]) -> Lost:
    ours, theirs = (records.nearest(customer, day) for records in told)
    return Lost(customer, day, amount, ours.kind or kind, ours.reason, theirs.reason, ours.competitor)


@dataclass(frozen=True, slots=True)
class Record:
    day: date
    reason: int | None = None
    competitor: str = ""
    kind: str = ""


NOTHING: Final = Record(date.min)


@dataclass(frozen=True, slots=True)
class Records:
    rows: dict[int, list[Record]]

    def nearest(self, customer: int, day: date) -> Record:
        near = [one for one in self.rows.get(customer, []) if abs((one.day - day).days) <= NEAR]
        return min(near, key=lambda one: (abs((one.day - day).days), one.day), default=NOTHING)


def _recorded(asked: Asked, first: date, last: date, lost: list[int]) -> Records:
    rows: dict[int, list[Record]] = {}
    for customer, day, reason, competitor, kind in _rows(RECORDED, asked, first, last, lost):
        rows.setdefault(customer, []).append(Record(day, reason, competitor, kind))
    return Records(rows)


def _said(asked: Asked, first: date, last: date, lost: list[int]) -> Records:
    known: dict[str, int] = {}
    for pk, key, label in ChurnReason.objects.values_list("id", "key", "label"):
        known[key] = known[label.casefold()] = pk
    rows: dict[int, list[Record]] = {}
    for customer, day, reason in _rows(SAID, asked, first, last, lost):
        word = reason.strip().casefold()
        found = known.get(word) or known.get(word.replace("_", "-").replace(" ", "-"))
        rows.setdefault(customer, []).append(Record(day, found))
    return Records(rows)


def _rows(sql: str, asked: Asked, first: date, last: date, lost: list[int]) -> list[tuple[Any, ...]]:
    near = timedelta(days=NEAR + 1)
    since = first - near if first.year > 1 else first
    until = min(last, asked.until) + near
    few = len(lost) <= FEW
    params: dict[str, Any] = {
        "known_on": asked.known_on,
        "since": since,
        "until": until,
        **({"lost": lost} if few else {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.format(of=OF_FEW if few else "TRUE"), params)
        return list(cursor.fetchall())
