import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.domain import events
from customers.models import Attribute
from customers.rules import users_of

DECLARED = "customers.attribute_declared.v1"
DELETED = "customers.attribute_deleted.v1"
JsonValue = str | float | int | bool | None
YES = {"yes", "true", "1", "y", "t"}
NO = {"no", "false", "0", "n", "f"}


@transaction.atomic
def declare(*, key: str, label: str, type: str, nature: str, at: datetime) -> Attribute:
    """Add an attribute of the company's own. Raises ValidationError by field for a bad or taken key."""
    attribute = Attribute(key=key, label=label.strip(), type=type, nature=nature)
    attribute.full_clean()
    attribute.save()
    events.append(type=DECLARED, payloads=[{"key": key, "type": type, "nature": nature}], at=at)
    return attribute


@transaction.atomic
def change(*, attribute: Attribute, at: datetime, label: str, nature: str) -> Attribute:
    """Call an attribute otherwise, or say otherwise how it is known. Key and type stay: values rest on them."""
    attribute.label, attribute.nature = label.strip(), nature
    attribute.full_clean()
    attribute.save(update_fields=["label", "nature"])
    payload = {"key": attribute.key, "type": attribute.type, "nature": nature}
    events.append(type=DECLARED, payloads=[payload], at=at)
    return attribute


@transaction.atomic
def delete(*, attribute: Attribute, at: datetime) -> None:
    """Take an attribute and its present values away; its history stays. Raises what ``check_unused`` raises."""
    check_unused(attribute=attribute)
    # Plain SQL: one pass over the customers that have a value, none of them loaded.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET attributes = attributes - %(key)s WHERE attributes ? %(key)s",
            {"key": attribute.key},
        )
    events.append(type=DELETED, payloads=[{"key": attribute.key}], at=at)
    attribute.delete()


def check_unused(*, attribute: Attribute) -> None:
    """Raises ValidationError naming what filters by an attribute: it can't be taken away from under it."""
    if names := users_of(f"attribute.{attribute.key}"):
        message = _("%(label)s is used by %(names)s. Take it out there first.")
        raise ValidationError(message % {"label": attribute.label, "names": ", ".join(f"“{one}”" for one in names)})


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
