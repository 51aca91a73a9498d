"""What is billed by use: on the first of each month, the mean of what was billed in the three months before.

It is a version of its own, because of what was metered; whether it counts as MRR is a setting.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.db import transaction

from subscriptions.domain import stage, versions
from subscriptions.domain.dunning import same
from subscriptions.domain.versions import Recorded, Version
from subscriptions.models import Cause, SubscriptionVersion

MONTHS: Final = 3

# Rows (version, first of a month, mean a month): of each open metered version, for each month that begins in it. A
# subscription that is younger than three months has as many as it is old. Void invoices were never billed.
MEANS: Final = """
WITH latest AS (
    SELECT DISTINCT ON (v.subscription_id, v.number) v.*,
           min(v.starts_on) OVER (PARTITION BY v.subscription_id) AS first_on
    FROM subscriptions_subscriptionversion v
    WHERE v.known_on <= %(day)s AND v.subscription_id IN (
        SELECT subscription_id FROM subscriptions_subscriptionversion WHERE metered)
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
), month AS (
    SELECT l.id, l.subscription_id, l.currency, m.month::date AS month,
           LEAST(%(months)s, (extract(year FROM m.month) - extract(year FROM l.first_on)) * 12
                             + extract(month FROM m.month) - extract(month FROM l.first_on))::int AS months
    FROM latest l, generate_series(
        date_trunc('month', l.starts_on::timestamp) + interval '1 month', %(day)s::timestamp, interval '1 month'
    ) m(month)
    WHERE l.metered AND NOT l.paused AND l.ends_on IS NULL AND l.cancelled_on IS NULL
)
SELECT m.id, m.month, round(sum(i.amount) / m.months, 6)
FROM month m
JOIN subscriptions_invoice i ON i.subscription_id = m.subscription_id AND i.currency = m.currency
    AND i.known_on <= %(day)s AND i.day < m.month AND i.day >= m.month - m.months * interval '1 month'
WHERE m.months > 0 AND (
    SELECT s.status FROM subscriptions_invoicestate s WHERE s.invoice_id = i.id AND s.known_on <= %(day)s
    ORDER BY s.known_on DESC, s.id DESC LIMIT 1) <> 'void'
GROUP BY m.id, m.month, m.months ORDER BY m.id, m.month
"""


@transaction.atomic
def run(*, day: date) -> Recorded:
    """Write the means of all months that have begun by ``day`` and are not there yet, known on that day. A mean that
    stays the same is not written again. Twice the same changes nothing.
    """
    rows = stage.fetch(MEANS, {"day": day, "months": MONTHS})
    found = SubscriptionVersion.objects.in_bulk({pk for pk, _month, _mean in rows})
    made: list[Version] = []
    for pk, means in groupby(rows, itemgetter(0)):
        made += _versions(found[pk], [(month, mean) for _pk, month, mean in means])
    return versions.record(versions=made, known_on=day) if made else Recorded(0, ())


def _versions(version: SubscriptionVersion, means: Sequence[tuple[date, Decimal]]) -> Iterator[Version]:
    """The version up to the first month with another mean, and one from each such month on."""
    now = same(version)
    for month, mean in means:
        if mean == now.metered_mean:
            continue
        yield replace(now, ends_on=month)
        now = same(version, number=None, starts_on=month, trial_ends_on=None, metered_mean=mean, cause=Cause.METER)
    if now.starts_on != version.starts_on:
        yield now
