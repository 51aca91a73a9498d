from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formatting import EN_DASH, plain, plain_amount, plain_percent
from customers.registry import Measure, Type


def write(measure: Measure, value: float | str | None) -> str:
    """A measure's value as a person reads it, in plain text: “19 days”, “−54 %”, “yes”. Missing is a dash."""
    if value is None:
        return EN_DASH
    if measure.type == Type.CHOICE:
        return str(dict(measure.choices).get(str(value), value))
    number = float(value)
    if measure.type == Type.YES_NO:
        return _("yes") if number else _("no")
    if measure.type == Type.SHARE:
        return plain_percent(number, 0)
    if measure.type == Type.DAYS:
        return ngettext("%(days)s day", "%(days)s days", round(number)) % {"days": plain(number)}
    digits = 0 if number == round(number) else 1
    return plain_amount(number, digits) if measure.type == Type.MONEY else plain(number, digits)
