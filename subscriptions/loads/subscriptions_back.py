"""What a load changed of subscriptions that were there before, and how that comes back."""

from typing import Final

from core.loading import Changes, Withdrawal
from core.loading.noun import as_object, called
from subscriptions.domain import ledger
from subscriptions.domain.version_sql import ALL, BASE, END

VALUES: Final = (*BASE, *END, "mrr", "cause")
WRITTEN: Final = f"customer_id, subscription_id, number, mrr, {ALL}"

# By the first of the rows that the load appended to a version; a version that is new was nothing before.
MADE: Final = f"""
SELECT m.id, CASE WHEN w.id IS NOT NULL THEN {as_object("w", *VALUES)} END, {as_object("l", *VALUES)}
FROM (
    SELECT v.subscription_id, v.number, min(v.id) AS id FROM subscriptions_subscriptionversion v
    WHERE v.id > current_setting('subscriptions.first')::bigint
      AND v.subscription_id IN (SELECT id FROM load_subscriptions_rows WHERE NOT fresh)
    GROUP BY 1, 2
) m LEFT JOIN staged_latest w USING (subscription_id, number), LATERAL (
    SELECT v.* FROM subscriptions_subscriptionversion v
    WHERE (v.subscription_id, v.number) = (m.subscription_id, m.number) ORDER BY v.known_on DESC, v.id DESC LIMIT 1
) l
"""

NOW: Final = f"""
SELECT i.id, {as_object("l", *VALUES)}, {called("subscription", "m.subscription_id")}
FROM IDS i JOIN subscriptions_subscriptionversion m USING (id), LATERAL (
    SELECT v.* FROM subscriptions_subscriptionversion v
    WHERE (v.subscription_id, v.number) = (m.subscription_id, m.number) ORDER BY v.known_on DESC, v.id DESC LIMIT 1
) l
"""

# From today on, and again on each day on which a row that is there becomes known: what was believed of it then, from
# the rows before the load; where there are none, a version that ends on the day it starts.
AS_BEFORE: Final = f"""
INSERT INTO subscriptions_subscriptionversion (known_on, {WRITTEN})
SELECT k.known_on, {", ".join(f"n.{one.strip()}" for one in WRITTEN.split(","))}
FROM IDS b JOIN subscriptions_subscriptionversion m USING (id), LATERAL (
    SELECT GREATEST(v.known_on, %(today)s::date) AS known_on FROM subscriptions_subscriptionversion v
    WHERE (v.subscription_id, v.number) = (m.subscription_id, m.number)
    UNION SELECT %(today)s::date
) k LEFT JOIN LATERAL (
    SELECT v FROM subscriptions_subscriptionversion v
    WHERE (v.subscription_id, v.number) = (m.subscription_id, m.number) AND v.id < m.id AND v.known_on <= k.known_on
    ORDER BY v.known_on DESC, v.id DESC LIMIT 1
) w ON TRUE, LATERAL jsonb_populate_record(COALESCE(w.v, m), CASE WHEN w.v IS NULL THEN jsonb_build_object(
    'ends_on', m.starts_on, 'cancelled_on', NULL, 'past_due_on', NULL, 'cause', '') ELSE '{{}}' END) n
ORDER BY n.customer_id, m.id, k.known_on
"""


def put_back(taken: Withdrawal) -> None:
    """Every version is what it was, one that is new ends on the day it starts. The ledger follows."""
    taken.execute(AS_BEFORE.replace("IDS", taken.ids))
    touched = f"""
        SELECT DISTINCT v.customer_id FROM subscriptions_subscriptionversion v JOIN {taken.ids} b USING (id)
    """
    ledger.refresh(customers=[one for (one,) in taken.fetch(touched)])


CHANGES: Final = Changes(made=MADE, now=NOW, put_back=put_back, whole=True)
