from django import template
from django.utils.safestring import SafeString

from desk.queries.home.lists import LABELS, Entry
from desk.queries.home.overview import Share
from desk.queries.home.words import Said, heads, said
from subscriptions.queries.shown import Shown

register = template.Library()


@register.simple_tag
def entry_said(key: str, entry: Entry, shown: Shown) -> Said:
    """What a row says of its customer."""
    return said(key, entry, shown)


@register.filter
def heads_of(key: str) -> tuple[str, str]:
    """What stands above what the rows of a list say, and above their day."""
    return heads(key)


@register.simple_tag
def entry_mrr(key: str, entry: Entry, shown: Shown) -> SafeString:
    """The MRR of a row: what it is after a movement, or is now."""
    return shown.money(entry.other if key.startswith(("month", "moved")) else entry.amount)


@register.simple_tag
def month_label(share: Share) -> str:
    """The name of a kind of movement."""
    return str(LABELS[share.month_slug])
