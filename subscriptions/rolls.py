"""Whose measures of money may differ on a later day."""

from collections.abc import Iterator

from django.db.models import Count, Max

from core.clock import AsOf
from customers.registry import Sql
from customers.registry.rolling import Step, passed, rolls
from subscriptions import measures
from subscriptions.domain import rulesets
from subscriptions.models import PlanLimit


def _ruleset(_at: AsOf) -> object:
    return rulesets.current().pk


@rolls(measures.money, ages={"tenure_days": 1}, given=_ruleset)
def of_movements(step: Step) -> Iterator[Sql]:
    text = f"""
        SELECT {{customer}} FROM subscriptions_mrrmovement m {{canonical}}
        WHERE m.ruleset_id = %(ruleset)s AND ({{new}} OR {passed("m.day", 90)})
    """
    yield step.sql(text, table="m", ruleset=rulesets.current().pk)


def _agreed_for_all(at: AsOf) -> object:
    """The settings, and what plans hold: a limit of a plan is one of all who have it."""
    limits = PlanLimit.objects.filter(at.visible()).aggregate(count=Count("pk"), last=Max("pk"))
    return [rulesets.current().pk, limits]


@rolls(
    measures.agreed,
    ages={"days_to_renewal": -1, "days_to_notice": -1},
    due=("renewal_on", "notice_on"),
    given=_agreed_for_all,
)
def of_versions(step: Step) -> Iterator[Sql]:
    days = " OR ".join(passed(f"v.{one}") for one in ("starts_on", "ends_on", "trial_ends_on", "term_ends_on"))
    text = f"SELECT {{customer}} FROM subscriptions_subscriptionversion v {{canonical}} WHERE {{learnt}} OR {days}"
    yield step.sql(text, table="v")


@rolls(measures.invoices)
def of_invoices(step: Step) -> Iterator[Sql]:
    days = f"{passed('i.day', measures.INVOICE_DAYS)} OR {passed('i.due_on')}"
    text = f"SELECT {{customer}} FROM subscriptions_invoice i {{canonical}} WHERE {{new}} OR {days}"
    yield step.sql(text, table="i")
    yield step.sql("SELECT {customer} FROM subscriptions_invoicestate s {canonical} WHERE {new}", table="s")
