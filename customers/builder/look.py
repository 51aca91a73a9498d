"""What the rows come to: the rule in words, how many customers meet it, and what is not finished."""

from dataclasses import dataclass, field

from django.utils.translation import ngettext

from core import clock
from customers.builder.check import faults
from customers.builder.rows import Branch, to_data
from customers.builder.shown import Offer
from customers.queries.fitting import Fitting, Miss, fitting, near
from customers.rules import Rule, RuleError, describe, parse


@dataclass(frozen=True, slots=True)
class Look:
    """``problem`` says why there is nothing to count; then all else is empty."""

    words: str = ""
    problem: str = ""
    fitting: Fitting | None = None
    near: list[Miss] = field(default_factory=list)


def look(root: Branch, offer: Offer, *, with_near: bool = True) -> Look:
    """For the customers that the user of ``offer`` sees, by their latest values."""
    if unfinished := len(faults(root, offer.fields, offer.user)):
        said = ngettext("%(count)s condition is not finished.", "%(count)s conditions are not finished.", unfinished)
        return Look(problem=said % {"count": unfinished})
    try:
        rule = parse(to_data(root, offer.fields), user=offer.user)
    except RuleError as error:
        return Look(problem=str(error))
    return _look(rule, root, offer, with_near)


def _look(rule: Rule, root: Branch, offer: Offer, with_near: bool) -> Look:
    if offer.user is None:
        return Look(describe(rule))
    day = clock.today()
    misses = near(rule, user=offer.user, day=day) if with_near and root.parts else []
    return Look(describe(rule), fitting=fitting(rule, user=offer.user, day=day), near=misses)
