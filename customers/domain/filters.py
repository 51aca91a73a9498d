from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from core.domain import events
from core.errors import Stale
from customers.models import SavedFilter
from customers.rules import RuleError, parse, users_of_filter
from customers.rules.saved import filters_in

SAVED = "customers.filter_saved.v1"
DELETED = "customers.filter_deleted.v1"


@transaction.atomic
def save(*, name: str, rule: Mapping[str, Any], by: User, at: datetime, team: Team | None = None) -> SavedFilter:
    """Keep a rule under a name: for ``by`` alone, or for a team of theirs.

    Raises RuleError for a rule that doesn't hold, ValidationError for a taken name or somebody else's team.
    """
    parse(rule, user=by)
    saved = SavedFilter(name=name.strip(), rule=rule, author=by, team=team)
    _check(saved, by)
    saved.save()
    _tell(SAVED, saved, at)
    return saved


@transaction.atomic
def change(
    *,
    filter: SavedFilter,
    by: User,
    at: datetime,
    name: str | None = None,
    rule: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> SavedFilter:
    """Rename a filter or give it another rule; with ``version``, only if it is still that one.

    Raises what ``save`` raises, and Stale.
    """
    saved = SavedFilter.objects.select_for_update().get(pk=filter.pk)
    if version not in (None, saved.version):
        raise Stale(_("Somebody else changed “%(name)s” meanwhile.") % {"name": saved.name})
    if rule is not None:
        parse(rule, user=by)
        if str(saved.uid) in filters_in(rule):
            raise RuleError("", _("The filter “%(name)s” would name itself.") % {"name": saved.name})
        saved.rule = dict(rule)
    saved.name = saved.name if name is None else name.strip()
    saved.version += 1
    _check(saved, by)
    saved.save(update_fields=["name", "rule", "version"])
    _tell(SAVED, saved, at)
    return saved


@transaction.atomic
def delete(*, filter: SavedFilter, by: User, at: datetime) -> None:
    """Take a filter away. Raises ValidationError for somebody else's, and for one that something uses."""
    _check_hands(filter, by)
    if users := users_of_filter(filter):
        refused = _("“%(name)s” is used by %(users)s. Take it out there first.")
        raise ValidationError(refused % {"name": filter.name, "users": ", ".join(users)})
    _tell(DELETED, filter, at)
    filter.delete()


def _check(saved: SavedFilter, by: User) -> None:
    _check_hands(saved, by)
    saved.full_clean()


def may_change(saved: SavedFilter, by: User) -> bool:
    """A private filter is its author's, a team's is that of its people; administrators keep them all."""
    if by.is_staff or (saved.team is None and saved.author_id == by.pk):
        return True
    return saved.team is not None and by.teams.filter(pk=saved.team.pk).exists()


def _check_hands(saved: SavedFilter, by: User) -> None:
    if not may_change(saved, by):
        raise ValidationError(_("“%(name)s” is not yours to change.") % {"name": saved.name})


def _tell(type: str, saved: SavedFilter, at: datetime) -> None:
    payload = {"filter": saved.pk, "uid": f"{saved.uid}", "version": saved.version, "team": saved.team_id}
    events.append(type=type, payloads=[payload], at=at)
