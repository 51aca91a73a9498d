"""What of the money needs somebody: kept visible until it is put right, never dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.domain import rulesets, stage
from subscriptions.domain.columns import Columns, take
from subscriptions.domain.ledger_source import to_amount, to_date
from subscriptions.models import Plan
from subscriptions.queries.currency_numbers import code
from subscriptions.queries.held_troubles import ABROAD, DISCOUNT, OVERLAP, QUIET, SHELF, TYPES

MOST: Final = 200  # of each kind


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be wrong."""

    key: str
    label: str | Promise
    todo: str | Promise


RATE: Final = Kind(
    "rate",
    _("No recent exchange rate"),
    _("Load a rate: until then the last one there is counts, and new prices in this currency are refused."),
)
INVOICE: Final = Kind(
    "invoice",
    _("Invoice for another customer's subscription"),
    _("Void it and issue it to the right customer, or merge the two, if they are one."),
)
OF_VERSIONS: Final = {
    OVERLAP: Kind(
        "overlap",
        _("Versions of one subscription overlap"),
        _("Both count. End the first where the second begins."),
    ),
    QUIET: Kind(
        "silent",
        _("Term ended without a word"),
        _("It no longer counts. Record the renewal, or that they left."),
    ),
    DISCOUNT: Kind(
        "discount",
        _("Discount ends soon"),
        _("The price goes up by itself: tell the customer before it does."),
    ),
}

LAST_RATES: Final = """
SELECT c.currency, max(r.day) FROM unnest(%(currencies)s::text[]) c(currency)
LEFT JOIN subscriptions_fxrate r ON r.currency = c.currency AND r.day < %(day)s GROUP BY 1
"""
INVOICES: Final = """
SELECT i.customer_id, i.day, NULL::bigint, i.amount, i.currency FROM subscriptions_invoice i
JOIN subscriptions_subscription o ON o.id = i.subscription_id AND o.customer_id <> i.customer_id
WHERE i.known_on < %(known_on)s AND NOT EXISTS (
    SELECT FROM customers_canonical a, customers_canonical b
    WHERE (a.from_id, a.into_id) = (i.customer_id, o.customer_id) AND b.from_id = a.from_id
       OR (a.from_id, a.into_id) = (o.customer_id, i.customer_id) AND b.from_id = a.from_id)
ORDER BY i.day DESC, i.customer_id, i.id
"""
Row = tuple[int, date, int | None, Decimal, str]  # customer, day, plan, amount, currency


@dataclass(frozen=True, slots=True)
class Trouble:
    """``customer`` None is all of them. ``amount`` in ``currency``."""

    customer: Customer | None
    day: date | None
    plan: Plan | None
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Group:
    """All that is wrong of one kind, the latest first; ``more`` says that there is more than is listed."""

    kind: Kind
    rows: list[Trouble]
    more: bool


def attention(user: User, at: AsOf) -> list[Group]:
    """What needs attention among the customers that a user sees, by kind; kinds without any are left out. That a rate
    is missing concerns everybody.
    """
    seen = Customer.objects.visible_to(user)
    ids = None if user.sees_everything else np.array(seen.values_list("pk", flat=True), dtype=np.int64)
    rows = SHELF.rows(at)
    overlap, *others = (_of_versions(kind, rows, ids) for kind in OF_VERSIONS)
    groups = [Group(RATE, _rates(rows, at), False), overlap, _of_invoices(at, ids), *others]
    return [group for group in groups if group.rows]


def _rates(rows: Columns, at: AsOf) -> list[Trouble]:
    """Currencies in which somebody pays and whose last rate is too old, if there is one."""
    currencies = [code(one) for one in np.unique(rows["currency"][rows["kind"] == ABROAD]).tolist()]
    valid = timedelta(days=rulesets.rules(rulesets.current())["rate_valid_days"])
    found = stage.fetch(LAST_RATES, {"currencies": currencies, "day": at.day}) if currencies else []
    late = [Trouble(None, day, None, None, currency) for currency, day in found if not day or day < at.day - valid]
    return sorted(late, key=lambda one: one.day or date.min, reverse=True)


def _of_versions(kind: int, rows: Columns, ids: np.ndarray | None) -> Group:
    its = rows["kind"] == kind
    own = take(rows, np.flatnonzero(its if ids is None else its & np.isin(rows["customer"], ids)))
    own = take(own, np.lexsort((own["customer"], -own["day"])))
    columns = (own[name][:MOST].tolist() for name in TYPES)
    told = [
        (customer, to_date(day), plan, to_amount(amount), code(currency))
        for customer, _kind, day, plan, amount, currency in zip(*columns, strict=True)
    ]
    return _group(OF_VERSIONS[kind], told, len(own["kind"]))


def _of_invoices(at: AsOf, ids: np.ndarray | None) -> Group:
    rows: list[Any] = stage.fetch(INVOICES, {"known_on": at.known_on})
    mine = None if ids is None else set(ids.tolist())
    rows = [row for row in rows if mine is None or row[0] in mine]
    return _group(INVOICE, rows[:MOST], len(rows))


def _group(kind: Kind, rows: Sequence[Row], count: int) -> Group:
    customers, plans = _by_id(Customer, (row[0] for row in rows)), _by_id(Plan, (row[2] for row in rows))
    made = [
        Trouble(customers.get(who), day, plans.get(plan), amount, currency) for who, day, plan, amount, currency in rows
    ]
    return Group(kind, made, count > MOST)


def _by_id(model: Any, ids: Iterable[int | None]) -> dict[int | None, Any]:
    wanted = {one for one in ids if one}
    return dict(model.objects.in_bulk(wanted)) if wanted else {}
