"""Payments that fail: when the window is over, the subscription ends; when the invoice is paid after all, it goes on.

Both are versions, with the invoice as their cause (R17). Only a payment that was tried and failed ends anything: an
invoice that merely waits is the business of collections.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from subscriptions.domain import rulesets, stage, versions
from subscriptions.domain.versions import Recorded, Version
from subscriptions.models import Cause, ChurnKind, SubscriptionVersion

# What is known of each invoice, and of the last version of its subscription, at the end of ``day``.
KNOWN: Final = """
WITH state AS (
    SELECT DISTINCT ON (s.invoice_id) s.invoice_id, s.status, s.paid_on FROM subscriptions_invoicestate s
    WHERE s.known_on <= %(day)s AND s.day <= %(day)s ORDER BY s.invoice_id, s.known_on DESC, s.id DESC
), bill AS (
    SELECT i.id, i.subscription_id, i.due_on, s.status, s.paid_on FROM subscriptions_invoice i
    JOIN state s ON s.invoice_id = i.id WHERE i.subscription_id IS NOT NULL
)
"""
LAST: Final = """
JOIN LATERAL (
    SELECT * FROM (
        SELECT DISTINCT ON (v.number) v.* FROM subscriptions_subscriptionversion v
        WHERE v.subscription_id = b.subscription_id ORDER BY v.number, v.known_on DESC, v.id DESC
    ) k WHERE k.ends_on IS NULL OR k.ends_on > k.starts_on ORDER BY k.starts_on DESC, k.number DESC LIMIT 1
) v ON true
"""

OVER: Final = f"""
{KNOWN}
SELECT DISTINCT ON (b.subscription_id) v.id, b.due_on FROM bill b {LAST}
WHERE b.status = 'failed' AND b.due_on + %(days)s <= %(day)s AND v.ends_on IS NULL AND v.mrr > 0
  AND v.starts_on <= b.due_on + %(days)s
  AND NOT EXISTS (SELECT FROM bill l
                  WHERE l.subscription_id = b.subscription_id AND l.due_on > b.due_on AND l.status = 'paid')
ORDER BY b.subscription_id, b.due_on
"""

PAID: Final = f"""
{KNOWN}
SELECT DISTINCT ON (b.subscription_id) v.id, b.paid_on FROM bill b {LAST}
WHERE b.status = 'paid' AND b.paid_on <= %(day)s AND v.cause = 'invoice' AND v.past_due_on = b.due_on
  AND v.ends_on IS NOT NULL
ORDER BY b.subscription_id, b.paid_on
"""


@transaction.atomic
def run(*, day: date) -> Recorded:
    """End what is unpaid for longer than the window at the end of ``day``, as involuntary churn, and let go on what
    was paid by then: from the payment on, or, where that came within the window, as if nothing had been. Twice the
    same changes nothing.
    """
    window = rulesets.rules(rulesets.current())["past_due_days"]
    over = stage.fetch(OVER, {"day": day, "days": window})
    paid = stage.fetch(PAID, {"day": day})
    found = SubscriptionVersion.objects.in_bulk([pk for pk, _on in [*over, *paid]])
    made = [_ended(found[pk], due_on, window) for pk, due_on in over]
    made += [_resumed(found[pk], paid_on) for pk, paid_on in paid]
    return versions.record(versions=made, known_on=day) if made else Recorded(0, ())


def same(version: SubscriptionVersion, **changes: Any) -> Version:
    """What a row of a version says, to be recorded again with some of it changed."""
    said: Mapping[str, Any] = {field.name: getattr(version, field.name) for field in fields(Version)}
    return Version(**{**said, **changes})


def _ended(version: SubscriptionVersion, due_on: date, window: int) -> Version:
    return same(
        version,
        ends_on=max(due_on + timedelta(window), version.starts_on),
        churn_kind=ChurnKind.INVOLUNTARY,
        past_due_on=due_on,
        cause=Cause.INVOICE,
    )


def _resumed(version: SubscriptionVersion, paid_on: date) -> Version:
    goes_on = {"ends_on": None, "cancelled_on": None, "churn_kind": "", "reason": "", "past_due_on": None}
    if version.ends_on and paid_on >= version.ends_on:
        trial = {"trial_ends_on": None, "cause": Cause.INVOICE}
        return same(version, number=None, starts_on=paid_on, **goes_on, **trial)
    return same(version, **goes_on, cause=Cause.INVOICE)
