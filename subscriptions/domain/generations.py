"""A changed setting is another ledger: it is built beside the one in force, portion by portion, and takes its place.

Reports read the old one meanwhile. What is written while the new one grows is caught up with before the switch.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from core import jobs
from core.domain import events
from subscriptions.domain import curves, ledger, ledger_merges, rulesets, stage
from subscriptions.domain.settings import BY_KEY
from subscriptions.models import FxRate, Ruleset, SubscriptionVersion
from subscriptions.queries import what_if

STEP: Final = "subscriptions.generation"
PORTION: Final = 10_000
KEPT: Final = 2  # generations: the one in force and the one before


# For writers of what ledgers are made of: a switch of generations waits for their transactions, they for it.
LET_WRITE: Final = "SELECT pg_advisory_xact_lock_shared(hashtext('subscriptions ledger'))::text"


def let_write() -> None:
    stage.fetch(LET_WRITE)


@transaction.atomic
def change(*, settings: Mapping[str, Any], by: User | None) -> Ruleset | None:
    """Let these settings count. Returns the ruleset whose ledger is being built for it; None where it counts at once,
    or where nothing is new.

    Raises KeyError for a setting that there is not, ValueError for a value that it does not take, and ValidationError
    where there would be no ledger, which would be tried for ever.
    """
    rulesets.known(settings)
    stage.fetch("SELECT pg_advisory_xact_lock(hashtext('subscriptions ruleset'))::text")
    current = rulesets.stored()
    now = rulesets.rules(current)
    changed = {key: value for key, value in settings.items() if now[key] != value}
    if reason := what_if.refused(settings):
        raise ValidationError({"fx": reason})
    reads = {key: value for key, value in changed.items() if key in BY_KEY and BY_KEY[key].reads}
    if changed:
        events.append(type="subscriptions.settings_changed.v1", payloads=[{"settings": dict(changed)}])
    if reads:
        Ruleset.objects.filter(pk=current.pk).update(settings={**now, **reads})
    Ruleset.objects.filter(progress__isnull=False).update(progress=None)  # one that is overtaken is not finished
    if changed == reads:
        return None
    made = rulesets.make({**now, **changed}, progress=0, by=by)
    jobs.enqueue(kind=STEP, key=f"{made.pk} 0", payload={"ruleset": made.pk, "after": 0})
    return made


def step(*, ruleset: int, after: int) -> None:
    """Build the portion of the customers after this one, and ask for the next; after the last, switch."""
    made = Ruleset.objects.select_for_update().filter(pk=ruleset, progress__isnull=False, in_force=False).first()
    if made is None:
        return
    if not after:
        _look(made)
    found = stage.fetch(
        "SELECT id FROM customers_customer WHERE id > %(after)s ORDER BY id LIMIT %(most)s",
        {"after": after, "most": PORTION},
    )
    customers = [customer for (customer,) in found]
    if not customers and "curves" in made.seen:
        _switch(made)
    elif not customers:
        # In a transaction of its own: it keeps writers waiting, as the switch does.
        curves.build(ruleset=made)
        made.seen["curves"] = True
        _next(made, after, "curves")
    else:
        ledger.build(ruleset=made, customers=customers)
        made.progress = _progress(customers[-1])
        _next(made, customers[-1], "rows")


def _next(made: Ruleset, after: int, what: str) -> None:
    made.save(update_fields=["progress", "seen"])
    jobs.enqueue(kind=STEP, key=f"{made.pk} {what} {after}", payload={"ruleset": made.pk, "after": after})


def _look(made: Ruleset) -> None:
    """Remember what there was before any portion was built: with no writer half-way."""
    _alone()
    made.seen = _last()
    made.save(update_fields=["seen"])


def _switch(made: Ruleset) -> None:
    """Catch up with what was written since, and take the place of the ruleset in force, with its latest readings."""
    _alone()
    before = rulesets.current()
    if made.seen["rates"] == _last()["rates"]:
        rows = SubscriptionVersion.objects.filter(pk__gt=made.seen["versions"]).values_list("customer_id", flat=True)
        touched = sorted({*rows, *ledger_merges.owners().customers})
        ledger.refresh(customers=touched, ruleset=made)
    else:
        ledger.refresh(ruleset=made)
    Ruleset.objects.filter(pk=before.pk).update(in_force=False)
    now = rulesets.rules(before)
    latest = {key: now[key] for key, one in BY_KEY.items() if one.reads}
    Ruleset.objects.filter(pk=made.pk).update(in_force=True, progress=None, settings={**made.settings, **latest})
    _drop_old()


def _progress(customer: int) -> int:
    ((share,),) = stage.fetch(
        "SELECT (100 * %(customer)s::bigint / GREATEST(max(id), 1))::int FROM customers_customer",
        {"customer": customer},
    )
    return min(int(share), 99)


def _alone() -> None:
    stage.fetch("SELECT pg_advisory_xact_lock(hashtext('subscriptions ledger'))::text")


def _last() -> dict[str, int]:
    return {
        "versions": SubscriptionVersion.objects.aggregate(last=Max("pk"))["last"] or 0,
        "rates": FxRate.objects.aggregate(last=Max("pk"))["last"] or 0,
    }


def _drop_old() -> None:
    old = Ruleset.objects.filter(in_force=False).order_by("-pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        for pk in list(old)[KEPT - 1 :]:
            cursor.execute(f"DROP TABLE IF EXISTS subscriptions_mrrmovement_{pk:d}")
            cursor.execute("DELETE FROM subscriptions_curve WHERE ruleset_id = %s", [pk])
            cursor.execute("DELETE FROM subscriptions_curvestate WHERE ruleset_id = %s", [pk])
