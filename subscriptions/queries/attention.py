"""What of the money needs somebody: kept visible until it is put right, never dropped."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import AsOf
from customers.models import Customer
from subscriptions.domain import rulesets, stage
from subscriptions.models import Plan
from subscriptions.queries.spans import SILENT

MOST: Final = 200  # of each kind


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be wrong. The statement gives rows (customer, day, plan, amount, currency)."""

    key: str
    label: str | Promise
    todo: str | Promise
    sql: str


LATEST: Final = """
SELECT DISTINCT ON (v.subscription_id, v.number) v.* FROM subscriptions_subscriptionversion v
WHERE v.known_on < %(known_on)s ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
"""

KINDS: Final = (
    Kind(
        "rate",
        _("No recent exchange rate"),
        _("Load a rate: until then the last one there is counts, and new prices in this currency are refused."),
        f"""
        SELECT NULL::bigint, r.day, NULL::bigint, NULL::numeric, c.currency FROM (
            SELECT DISTINCT currency FROM ({LATEST}) v
            WHERE currency <> %(reporting)s AND mrr > 0 AND (ends_on IS NULL OR ends_on >= %(day)s)
        ) c LEFT JOIN LATERAL (
            SELECT max(day) AS day FROM subscriptions_fxrate r WHERE r.currency = c.currency AND r.day < %(day)s
        ) r ON true WHERE r.day IS NULL OR r.day < %(day)s - %(rate_days)s
        """,
    ),
    Kind(
        "overlap",
        _("Versions of one subscription overlap"),
        _("Both count. End the first where the second begins."),
        f"""
        SELECT customer_id, starts_on, plan_id, amount, currency FROM (
            SELECT k.*, max(COALESCE(k.ends_on, 'infinity')) OVER (
                       PARTITION BY k.subscription_id ORDER BY k.starts_on, k.number
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
            FROM ({LATEST}) k WHERE k.ends_on IS NULL OR k.ends_on > k.starts_on
        ) o WHERE busy_until > starts_on
        """,
    ),
    Kind(
        "invoice",
        _("Invoice for another customer's subscription"),
        _("Void it and issue it to the right customer, or merge the two, if they are one."),
        """
        SELECT i.customer_id, i.day, NULL::bigint, i.amount, i.currency FROM subscriptions_invoice i
        JOIN subscriptions_subscription o ON o.id = i.subscription_id AND o.customer_id <> i.customer_id
        WHERE i.known_on < %(known_on)s AND NOT EXISTS (
            SELECT FROM customers_canonical a, customers_canonical b
            WHERE (a.from_id, a.into_id) = (i.customer_id, o.customer_id) AND b.from_id = a.from_id
               OR (a.from_id, a.into_id) = (o.customer_id, i.customer_id) AND b.from_id = a.from_id)
        """,
    ),
    Kind(
        "silent",
        _("Term ended without a word"),
        _("It no longer counts. Record the renewal, or that they left."),
        f"""
        SELECT v.customer_id, v.term_ends_on, v.plan_id, v.mrr, v.currency FROM ({LATEST}) v
        WHERE {SILENT} AND v.mrr > 0 AND v.term_ends_on < %(day)s AND v.term_ends_on >= %(day)s - 180
        """,
    ),
    Kind(
        "discount",
        _("Discount ends soon"),
        _("The price goes up by itself: tell the customer before it does."),
        f"""
        SELECT v.customer_id, v.discount_ends_on, v.plan_id, v.discount, v.currency FROM ({LATEST}) v
        WHERE v.discount_ends_on >= %(day)s AND v.discount_ends_on < %(day)s + 30
          AND (v.ends_on IS NULL OR v.ends_on > v.discount_ends_on)
        """,
    ),
)


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
    """What needs attention among the customers that a user sees, by kind; kinds without any are left out."""
    rules = rulesets.rules(rulesets.current())
    params = {
        "day": at.day,
        "known_on": at.known_on,
        "reporting": rules["reporting_currency"],
        "rate_days": rules["rate_valid_days"],
    }
    groups = [_group(kind, user, params) for kind in KINDS]
    return [group for group in groups if group.rows]


def _group(kind: Kind, user: User, params: dict[str, Any]) -> Group:
    rows = stage.fetch(f"SELECT * FROM ({kind.sql}) t ORDER BY 2 DESC NULLS LAST, 1", params)
    customers = Customer.objects.visible_to(user).in_bulk({row[0] for row in rows if row[0]})
    seen = [row for row in rows if row[0] is None or row[0] in customers]
    plans = Plan.objects.in_bulk({row[2] for row in seen[:MOST] if row[2]})
    listed = [Trouble(customers.get(who), day, plans.get(plan), *rest) for who, day, plan, *rest in seen[:MOST]]
    return Group(kind, listed, len(seen) > MOST)
