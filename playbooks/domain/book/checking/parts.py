"""What stands in triggers and steps alike: rules, owners, words, dates, numbers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Role, User
from customers.models import Attribute, ContactRole
from customers.registry import MEASURES, Type
from customers.rules import RuleError, parse
from playbooks.domain.book import placeholders
from playbooks.domain.book.content import Step

LONGEST_WAIT = 730
Said = Iterator[str]
OWNER_ROLES = ("owner", "lead", "named", "least_loaded")
TO_CONTACTS = (*ContactRole.values, "who_answered")
UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rule(data: Any, what: str) -> Said:
    try:
        parse(data or {})
    except RuleError as error:
        yield f"{what}: {error}"


def owner(who: Mapping[str, Any]) -> Said:
    if who.get("role") not in OWNER_ROLES:
        yield _("Say who does it.")
    elif who["role"] == "named":
        user = User.objects.filter(uid=who["user"]).first() if _is_uid(who.get("user")) else None
        if user is None:
            yield _("Choose who does it.")
        elif not user.is_active:
            yield _("%(name)s has left: choose somebody else.") % {"name": user}
        elif user.role == Role.ANALYST:
            yield _("%(name)s only reads: choose somebody else.") % {"name": user}


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and bool(UID.fullmatch(value))


def to(step: Step) -> Said:
    if step.get("to") not in TO_CONTACTS:
        yield _("Say which contact it goes to.")


def words(written: Any, missing: str) -> Said:
    if not isinstance(written, str) or not written.strip():
        yield missing
    else:
        yield from text(written)


def text(written: str) -> Said:
    for name in placeholders.unknown(written):
        yield _("There is no placeholder {%(name)s}.") % {"name": name}


def date_key(key: Any) -> Said:
    source, _dot, name = str(key or "").partition(".")
    if source == "measure" and (name not in MEASURES or MEASURES[name].type != Type.DATE):
        yield _("There is no date “%(key)s”.") % {"key": key}
    elif source == "attribute" and name != "created_on":
        if not Attribute.objects.filter(key=name, type=Attribute.Type.DATE).exists():
            yield _("There is no date “%(key)s”.") % {"key": key}
    elif source not in ("measure", "attribute"):
        yield _("Choose a date.")


def whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
