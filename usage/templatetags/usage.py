from django import template
from django.utils.safestring import SafeString

from core import formatting

register = template.Library()


@register.simple_tag
def share(part: int, of: int) -> SafeString:
    """A part of a whole in hundredths; an en dash of nothing."""
    return formatting.percent(part / of if of > 0 else None, 0)


@register.simple_tag
def change_of(now: int, before: int) -> SafeString:
    """How much more it is than before, in hundredths, with its sign; an en dash where there was nothing."""
    return change(now / before - 1 if before > 0 else None)


@register.filter
def change(value: float | None) -> SafeString:
    """A change in hundredths, with its sign."""
    text = formatting.percent(value, 0)
    return text if value is None or round(value, 2) <= 0 else SafeString(f"+{text}")
