"""Recurring revenue in templates, as the company wants it shown."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from core.hidden import is_money_hidden
from core.markup import markup
from subscriptions.queries.shown import Shown
from subscriptions.queries.shown import shown as as_shown

register = template.Library()


@register.simple_tag
def revenue() -> Shown:
    """How recurring revenue is shown, for ``shown`` and ``said`` of a page that was not given it."""
    return as_shown()


@register.filter
def shown(mrr: Decimal | None, how: Shown) -> SafeString:
    """MRR as the company wants recurring revenue shown."""
    return how.money(mrr)


@register.filter
def times(mrr: Decimal, how: Shown) -> Decimal | None:
    """None for whoever may not see amounts."""
    return None if is_money_hidden() else how.times * mrr


@register.filter
def moved(mrr: Decimal, how: Shown) -> SafeString:
    """A change of MRR with its sign."""
    return markup("{}{}", "+" if mrr > 0 and not is_money_hidden() else "", how.money(mrr))


@register.filter
def said(words: str, how: Shown) -> str:
    return how.say(words)
