from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from subscriptions.domain import rulesets, stage
from subscriptions.domain.ledger_append import APPEND, TELL_LATER
from subscriptions.domain.ledger_sql import movements
from subscriptions.models import Ruleset

MANY: Final = 1000


class MissingRate(Exception):
    """A movement needs an exchange rate that is not there. The message names currency and day."""


@transaction.atomic
def refresh(*, customers: Sequence[int] | None = None, ruleset: Ruleset | None = None) -> int:
    """Bring the ledger of these customers (all, where None) up to what the versions say. Returns rows appended.

    The ledger is a function of the versions and the ruleset: what it would say and does not yet is appended, nothing
    is changed. Movements of the ruleset in force are told on the customers' timelines. Raises ``MissingRate``.
    """
    chosen = ruleset or rulesets.current()
    if customers is not None and not customers:
        return 0
    if customers is None or len(customers) > MANY:
        _expect_much()
    compute(chosen, customers)
    params = {
        "ruleset": chosen.pk,
        "customers": list(customers or []),
        "tell": chosen.in_force,
        "currency": chosen.settings["reporting_currency"],
        "zone": str(clock.zone()),
        "today": clock.today(),
    }
    ((rows,),) = stage.fetch(APPEND.format(scope=_scope("m", customers)), params)
    return rows


def tell_known(*, day: date) -> int:
    """Tell what became known in the week up to ``day`` and is on no timeline yet. Returns how many lines."""
    ruleset = rulesets.current()
    params = {
        "ruleset": ruleset.pk,
        "since": day - timedelta(days=7),
        "today": day,
        "currency": ruleset.settings["reporting_currency"],
        "zone": str(clock.zone()),
    }
    return stage.execute(TELL_LATER, params)


def compute(ruleset: Ruleset, customers: Sequence[int] | None = None, *, all_wild: bool = False) -> None:
    """Put what the ledger should say into the temporary table ``fresh_movements``. Raises ``MissingRate``."""
    sql = movements(scope=_scope("v", customers), all_wild=all_wild)
    stage.execute("DROP TABLE IF EXISTS pg_temp.fresh_movements")
    stage.execute(
        f"CREATE TEMP TABLE fresh_movements ON COMMIT DROP AS {sql}",
        {
            "customers": list(customers or []),
            "reporting": ruleset.settings["reporting_currency"],
            "rate_days": ruleset.settings["rate_valid_days"],
        },
    )
    stage.analyze("fresh_movements")
    _refuse_without_rate(ruleset.settings["rate_valid_days"])


def _scope(alias: str, customers: Sequence[int] | None) -> str:
    return "TRUE" if customers is None else f"{alias}.customer_id = ANY(%(customers)s)"


def _expect_much() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")


def _refuse_without_rate(days: int) -> None:
    missing = stage.fetch(
        "SELECT day, without_rate FROM fresh_movements WHERE without_rate IS NOT NULL ORDER BY 1, 2 LIMIT 1"
    )
    for day, currency in missing:
        message = _("There is no exchange rate of %(currency)s on %(day)s or in the %(days)s days before.")
        raise MissingRate(message % {"currency": currency, "day": day, "days": days})
