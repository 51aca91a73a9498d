from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.faults import Fault, Refused
from core.ids import UUID7_SQL
from core.loading import CURRENCY, DATE, INTEGER, NUMBER, YES_NO, Batch, Column, Noun, Withdrawal, Written
from core.loading.noun import Condition, known_otherwise
from subscriptions.domain import ledger, rulesets, versions
from subscriptions.domain.ledger import MissingRate
from subscriptions.loads import subscriptions_back
from subscriptions.models import ChurnKind, Interval

PERIODS: Final = (
    ("weekly", "week"),
    ("monthly", "month"),
    ("quarterly", "quarter"),
    ("half_yearly", "half_year"),
    ("yearly", "year"),
    ("annual", "year"),
    ("annually", "year"),
)

COLUMNS: Final = (
    Column("subscription_id", required=True),
    Column("customer_id", required=True, refers="customer"),
    Column("plan", longest=120),
    Column("interval", required=True, choices=tuple(Interval.values), also=PERIODS),
    Column("quantity", NUMBER, least=0),
    Column("amount", NUMBER, required=True, least=0),
    Column("currency", CURRENCY, required=True),
    Column("starts_on", DATE, required=True),
    Column("ends_on", DATE),
    Column("trial_ends_on", DATE),
    Column("cancelled_on", DATE),
    Column("churn_kind", choices=tuple(ChurnKind.values)),
    Column("reason", longest=60),
    Column("term_ends_on", DATE),
    Column("auto_renews", YES_NO),
    Column("notice_days", INTEGER, least=0),
    Column("uplift", NUMBER),
    Column("discount", NUMBER, least=0),
    Column("discount_ends_on", DATE),
    Column("paused", YES_NO),
    Column("metered", YES_NO),
)

TERMS: Final = (
    "interval",
    "amount",
    "currency",
    "starts_on",
    "ends_on",
    "trial_ends_on",
    "cancelled_on",
    "churn_kind",
    "reason",
    "term_ends_on",
    "auto_renews",
    "notice_days",
    "uplift",
    "discount",
    "discount_ends_on",
    "paused",
    "metered",
)

KNOWN: Final = known_otherwise("subscription", "subscriptions_subscription", ("customer_id", "customer"))


def check(batch: Batch) -> None:
    """Rows of one subscription are its versions: they follow each other, at one customer."""
    batch.refuse(
        field="customer_id",
        rule="other_customer",
        message=_("Other rows of the subscription name another customer."),
        lines=f"""
            SELECT line, customer_id, NULL FROM (
                SELECT *, min(customer_id) OVER w AS least, max(customer_id) OVER w AS most
                FROM {batch.rows} WINDOW w AS (PARTITION BY subscription_id)
            ) r WHERE least <> most
        """,
    )
    _stage(batch, "COALESCE(x.object_id, -dense_rank() OVER (ORDER BY r.subscription_id))", KNOWN_AS)
    # Faults come in portions: look again without those that are told.
    while faults := [one for one in versions.check_staged() if one.rule != "rate" or "fx_rates" not in batch.troubled]:
        batch.refuse_faults(faults)
        batch.execute("DELETE FROM staged_versions WHERE row = ANY(%(rows)s)", rows=[one.row for one in faults])


def write(batch: Batch) -> Written:
    """New subscriptions, their versions, and the versions of known ones that are new or known otherwise."""
    batch.execute(SUBSCRIPTIONS_SQL.replace("ROWS", batch.rows))
    batch.execute(PLANS.replace("ROWS", batch.rows))
    _stage(batch, "r.id")
    ((last,),) = batch.fetch("SELECT COALESCE(max(id), 0) FROM subscriptions_subscriptionversion")
    try:
        with transaction.atomic():
            versions.record_staged(known_on=None if batch.history else batch.today, today=batch.today)
    except MissingRate as error:
        raise Refused([Fault(_first_foreign(batch), "currency", "rate", f"{error}")]) from error
    ((rows, new, changed),) = batch.fetch(COUNTS, last=last)
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


def _first_foreign(batch: Batch) -> int:
    """The first line in another currency than the one of the reports."""
    reporting = rulesets.current().settings["reporting_currency"]
    ((line,),) = batch.fetch(f"SELECT min(line) FROM {batch.rows} WHERE currency <> %(reporting)s", reporting=reporting)
    return int(line or 1)


# Joined, not looked up for each row: what was just loaded is in no statistics yet.
KNOWN_AS: Final = """
LEFT JOIN core_externalid x ON x.source_id = %(source)s AND x.noun = 'subscription' AND x.value = r.subscription_id
"""


def _stage(batch: Batch, subscription: str, known: str = "") -> None:
    versions.open_stage()
    terms = ", ".join(f'"{one}"' for one in TERMS)
    values = ", ".join(f'r."{one}"' for one in TERMS)
    batch.execute(
        f"INSERT INTO staged_versions (row, subscription_id, plan_id, quantity, {terms})"
        f" SELECT r.line, {subscription}, p.id, COALESCE(r.quantity, 1), {values}"
        f" FROM {batch.rows} r {known} LEFT JOIN subscriptions_plan p ON p.name = r.plan"
        " WHERE NOT EXISTS (SELECT FROM load_problem o WHERE o.noun = 'subscriptions' AND o.line = r.line)"
    )


SUBSCRIPTIONS_SQL: Final = f"""
INSERT INTO subscriptions_subscription (id, uid, customer_id)
SELECT r.id, {UUID7_SQL}, r.customer FROM (SELECT DISTINCT id, customer FROM ROWS WHERE fresh) r ORDER BY r.id
"""

PLANS: Final = f"""
INSERT INTO subscriptions_plan (uid, name)
SELECT {UUID7_SQL}, r.plan FROM (SELECT DISTINCT plan FROM ROWS WHERE plan IS NOT NULL) r ORDER BY r.plan
ON CONFLICT DO NOTHING
"""

COUNTS: Final = """
SELECT (SELECT count(*) FROM staged_versions),
       (SELECT count(*) FROM staged_versions s WHERE NOT EXISTS (
           SELECT FROM staged_latest k WHERE (k.subscription_id, k.number) = (s.subscription_id, s.number))),
       (SELECT count(DISTINCT (v.subscription_id, v.number)) FROM subscriptions_subscriptionversion v
        JOIN staged_latest k USING (subscription_id, number)
        JOIN staged_versions s USING (subscription_id, number) WHERE v.id > %(last)s)
"""

KEPT: Final = (
    "number", "plan_id", "interval", "quantity", "amount", "currency", "mrr", "starts_on", "reason", "churn_kind"
)  # fmt: skip


def take_back(taken: Withdrawal) -> None:
    """Every version ends on the day it starts, in each of its rows, and moves nothing. The ledger follows."""
    kept = ", ".join(f"v.{one}" for one in KEPT)
    taken.execute(
        f"""
        INSERT INTO subscriptions_subscriptionversion
            (subscription_id, customer_id, known_on, ends_on, cause, discount, paused, metered,
             {", ".join(KEPT)})
        SELECT DISTINCT ON (v.subscription_id, v.number, v.known_on)
               v.subscription_id, v.customer_id, {taken.known("v.known_on")}, v.starts_on, '', 0, FALSE, FALSE, {kept}
        FROM subscriptions_subscriptionversion v JOIN {taken.ids} t ON t.id = v.subscription_id
        ORDER BY v.subscription_id, v.number, v.known_on, v.id DESC
        """
    )
    touched = f"SELECT DISTINCT s.customer_id FROM subscriptions_subscription s JOIN {taken.ids} t USING (id)"
    ledger.refresh(customers=[one for (one,) in taken.fetch(touched)])


SUBSCRIPTIONS: Final = Noun(
    name="subscriptions",
    columns=COLUMNS,
    identity="subscription_id",
    external="subscription",
    table="subscriptions_subscription",
    conditions=(Condition("customer_id", "known", KNOWN, _("The subscription is known at another customer.")),),
    check=check,
    write=write,
    take_back=take_back,
    changes=subscriptions_back.CHANGES,
)
