"""The page of saved filters: each with its words and with what uses it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from accounts.models import User
from customers.domain.filters import may_change
from customers.models import SavedFilter
from customers.rules import describe, parse, users_of_filters


def named(name: str) -> SavedFilter:
    """The saved filter of this name, whoever's it is: for whoever stands at the machine. Raises LookupError, with
    words, where there is none or more than one."""
    found = list(SavedFilter.objects.filter(name=name)[:2])
    if len(found) != 1:
        raise LookupError(f"There is {'more than one' if found else 'no'} saved filter called {name!r}.")
    return found[0]


@dataclass(frozen=True, slots=True)
class Listed:
    saved: SavedFilter
    words: str
    problem: str
    users: list[str]
    may_change: bool


def listed(user: User) -> list[Listed]:
    """Those that ``user`` sees, their own first."""
    rows = SavedFilter.objects.visible_to(user).select_related("team", "author").order_by("team__name", "name", "pk")
    own_first = sorted(rows, key=lambda one: one.team is not None)
    users = users_of_filters(own_first)
    return [_listed(one, user, users.get(one.pk, [])) for one in own_first]


def _listed(saved: SavedFilter, user: User, users: list[str]) -> Listed:
    words = problem = ""
    try:
        words = describe(parse(saved.rule, user=user))
    except ValidationError as error:
        problem = " ".join(error.messages)
    return Listed(saved, words, problem, users, may_change(saved, user))
