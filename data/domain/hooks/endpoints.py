"""Web hooks as administrators make them."""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.outgoing import Refused, public_address
from data.domain.hooks.types import TYPES
from data.models import WebHook

PREFIX: Final = "whsec_"


@transaction.atomic
def save(*, hook: WebHook | None, values: Mapping[str, Any]) -> WebHook:
    """Make a web hook, with a secret of its own, or change one: ``name``, ``url``, ``types``, ``is_active``.

    Raises ValidationError by field for an address that no web hook may go to, and for a type there is not.
    """
    check(url=values["url"], types=values["types"])
    kept = hook or WebHook(secret=_secret())
    for name in ("name", "url", "types", "is_active"):
        setattr(kept, name, values[name])
    kept.save()
    return kept


@transaction.atomic
def rotate(*, hook: WebHook) -> WebHook:
    """Another secret: what is sent from now on is signed with it."""
    hook.secret = _secret()
    hook.save(update_fields=["secret"])
    return hook


def check(*, url: str, types: list[str]) -> None:
    """Looked up here for the sake of who types it, and again at each call: a name may lead elsewhere by then."""
    faults: dict[str, str] = {}
    if unknown := [one for one in types if one not in TYPES]:
        faults["types"] = _("There is no event %(types)s.") % {"types": ", ".join(unknown)}
    parts = urlsplit(url)
    if parts.scheme != "https":
        faults["url"] = _("A web hook goes to https:// only.")
    else:
        try:
            public_address(str(parts.hostname), parts.port or 443)
        except Refused as refused:
            faults["url"] = f"{refused}"
    if faults:
        raise ValidationError(faults)


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)
