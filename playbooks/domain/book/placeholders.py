"""The flat list of placeholders that titles and mails may hold: ``{customer}``. There is no template language."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Contact, Customer

PLACEHOLDERS: dict[str, str | Promise] = {
    "customer": _("the customer's name"),
    "contact": _("the contact's name"),
    "first_name": _("the contact's first name"),
    "owner": _("who looks after them"),
    "owner_email": _("their mail address"),
    "renewal_on": _("the day of the renewal"),
    "notice_on": _("the last day to give notice"),
    "days_to_notice": _("how many days are left to give notice"),
    "years": _("whole years as a customer"),
    "active_users": _("people who used it in 4 weeks"),
    "our_company": _("our own name"),
}
OF_CONTACT = frozenset({"contact", "first_name"})
FOUND = re.compile(r"\{([^{}]*)\}")


def used(text: str) -> set[str]:
    """The names that stand in braces in ``text``."""
    return set(FOUND.findall(text))


def unknown(text: str) -> list[str]:
    """Those that are no placeholder, sorted."""
    return sorted(used(text) - PLACEHOLDERS.keys())


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders put in. One that has no value gives an empty text."""
    return FOUND.sub(lambda found: values.get(found[1], ""), text)


def values_for(
    *, customer: Customer, contact: Contact | None, owner: User | None, today: date, company: str, language: str
) -> dict[str, str]:
    """All placeholders of one customer, dates and figures in words of ``language``."""
    standing = getattr(customer, "standing", None)
    name = contact.name if contact else ""
    with translation.override(language or "en"):
        return {
            "customer": customer.name,
            "contact": name,
            "first_name": name.split(" ")[0],
            "owner": str(owner or ""),
            "owner_email": owner.email if owner else "",
            "renewal_on": _day(standing and standing.renewal_on),
            "notice_on": _day(standing and standing.notice_on),
            "days_to_notice": _days(standing and standing.notice_on, today),
            "years": str(whole_years(customer.created_on, today)),
            "active_users": _count(standing and standing.measured.get("active_users_28")),
            "our_company": company,
        }


def whole_years(since: date, today: date) -> int:
    return today.year - since.year - ((today.month, today.day) < (since.month, since.day))


def _day(on: date | None) -> str:
    return date_format(on, "j F Y") if on else ""


def _days(on: date | None, today: date) -> str:
    return str(max(0, (on - today).days)) if on else ""


def _count(value: Any) -> str:
    return number_format(int(value)) if value is not None else ""
