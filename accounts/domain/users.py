from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain import sessions
from accounts.models import Role, Team, User
from core.domain import events

CREATED = "accounts.user_created.v1"
CHANGED = "accounts.user_changed.v1"
PASSWORD_SET = "accounts.password_set.v1"
CHANGEABLE = {"email", "name", "role", "time_zone", "language", "tasks_a_day", "is_active"}


@transaction.atomic
def create(
    *,
    email: str,
    name: str,
    role: str,
    at: datetime,
    teams: Iterable[Team] = (),
    password: str | None = None,
    **values: Any,
) -> User:
    """Make a user. Without a password they can't sign in until they have set one by mail.

    Raises ValidationError by field for a bad or taken address, an unknown role or zone.
    """
    user = User(email=email.strip().lower(), name=name.strip(), role=role, **values)
    user.set_password(password)
    _check(user)
    user.save()
    user.teams.set(teams)
    events.append(type=CREATED, payloads=[_payload(user)], at=at)
    return user


@transaction.atomic
def change(*, user: User, values: Mapping[str, Any], at: datetime, teams: Iterable[Team] | None = None) -> User:
    """Set any of ``CHANGEABLE``, and the teams, if given. Returns the user as stored.

    Raises ValidationError by field, also where no administrator would be left.
    """
    # All administrators are locked, so that two of them can't each leave the other as the last.
    locked = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR)).order_by("pk")
    stored = next(one for one in locked if one.pk == user.pk)
    _set(stored, values)
    stored.save(update_fields=sorted(values))
    # Old addresses would go on to sign in.
    EmailAddress.objects.filter(user=stored).exclude(email__iexact=stored.email).delete()
    if values.get("is_active") is False:  # else they would be open again with the right to sign in
        sessions.end_all(user=stored, at=at)
    if teams is not None:
        stored.teams.set(teams)
    events.append(type=CHANGED, payloads=[_payload(stored)], at=at)
    return stored


def keep_columns(*, user: User, key: str, columns: Sequence[str]) -> None:
    """Keep which columns of the list ``key`` the user wants to see; none: the usual ones."""
    user.columns = {**user.columns, key: [*columns]}
    user.save(update_fields=["columns"])


def set_password(*, user: User, password: str, at: datetime) -> None:
    """Set a password that was checked already. Sessions that began with the old one are over."""
    user.set_password(password)
    user.save(update_fields=["password"])
    events.append(type=PASSWORD_SET, payloads=[{"user": user.pk, "uid": f"{user.uid}"}], at=at)


def check(*, user: User, values: Mapping[str, Any]) -> None:
    """Raises what ``change`` would raise, and changes nothing."""
    _set(copy(user), values)


def _set(user: User, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - CHANGEABLE:
        raise ValidationError(_("A user has no %(names)s.") % {"names": ", ".join(sorted(unknown))})
    for name, value in values.items():
        setattr(user, name, value.strip().lower() if name == "email" else value)
    _check(user)


def _check(user: User) -> None:
    user.full_clean(exclude=["password"])
    if user.time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("There is no time zone “%(zone)s”.") % {"zone": user.time_zone}})
    if user.pk and not _administers(user) and not _other_administrators(user):
        raise ValidationError({"role": _("This is the last administrator who may sign in. Make another one first.")})


def _administers(user: User) -> bool:
    return user.is_active and user.role == Role.ADMINISTRATOR


def _other_administrators(user: User) -> bool:
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    was_one = administrators.filter(pk=user.pk).exists()
    return not was_one or administrators.exclude(pk=user.pk).exists()


def _payload(user: User) -> dict[str, Any]:
    # Ids only: a name is personal, and events are kept for good.
    return {"user": user.pk, "uid": f"{user.uid}", "role": user.role, "active": user.is_active}
