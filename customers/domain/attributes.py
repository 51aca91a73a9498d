import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.models import Attribute

JsonValue = str | float | int | bool | None
YES = {"yes", "true", "1", "y", "t"}
NO = {"no", "false", "0", "n", "f"}


def key_of(header: str) -> str:
    """The key for a property called ``header``: ``Account Tier (EU)`` is ``account_tier_eu``.

    It begins with a letter and holds small letters, figures and single underscores. Raises ValidationError where
    nothing is left of the header.
    """
    key = re.sub(r"[^a-z0-9]+", "_", header.strip().lower()).strip("_")[:60].strip("_")
    if not key:
        raise ValidationError(_("“%(header)s” gives no key: use letters a to z.") % {"header": header})
    return key if key[0].isalpha() else f"x_{key}"[:60].strip("_")


def clean(*, type: str, value: Any) -> JsonValue:
    """``value`` (a CSV cell, a form's or an API's value) as it is stored; None for an empty one.

    Text comes back stripped, a date as ISO text, yes/no as a bool, a number as int or float. Raises ValidationError.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _CLEAN[type](value)


def _text(value: Any) -> str:
    return str(value).strip()


def _number(value: Any) -> int | float:
    try:
        number = float(Decimal(str(value).strip()))
    except InvalidOperation as error:
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": value}) from error
    if not math.isfinite(number):
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": value})
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _date(value: Any) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value).strip())).isoformat()[:10]
    except ValueError as error:
        raise ValidationError(_("“%(value)s” is not a date like 2025-03-31.") % {"value": value}) from error


def _yes_no(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise ValidationError(_("“%(value)s” is neither yes nor no.") % {"value": value})
    return word in YES


_CLEAN: dict[str, Callable[[Any], JsonValue]] = {
    Attribute.Type.TEXT: _text,
    Attribute.Type.NUMBER: _number,
    Attribute.Type.DATE: _date,
    Attribute.Type.YES_NO: _yes_no,
}
