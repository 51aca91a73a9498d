from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import django_filters
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core.lists.filters import ListFilter
from customers.models import Band, Customer, SavedFilter
from customers.rules import RuleError, parse, to_q
from desk.stages import stage_name

NOBODY = "nobody"
QUARTER = "quarter"
SOON = [
    (QUARTER, _("this quarter")),
    (30, _("in 30 days")),
    (60, _("in 60 days")),
    (90, _("in 90 days")),
    (120, _("in 120 days")),
]
CHOICES_LAST = 300
NAMES_LAST = 60
FEW = 10


class CustomerFilter(ListFilter):
    """What the customer list can be narrowed by. The address holds its state."""

    q = django_filters.CharFilter(method="find", label=_("Name or domain"))
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: colleagues(request.user),
        to_field_name="uid",
        label=_("Owner"),
        empty_label=_("Any owner"),
        null_label=_("Nobody"),
        null_value=NOBODY,
    )
    team = django_filters.ModelChoiceFilter(
        queryset=lambda request: teams(request.user), label=_("Team"), empty_label=_("Any team")
    )
    band = django_filters.ChoiceFilter(
        field_name="standing__band", choices=Band.choices, label=_("Health"), empty_label=_("Any health")
    )
    stage = django_filters.ChoiceFilter(label=_("Stage"), empty_label=_("Any stage"))
    industry = django_filters.ChoiceFilter(label=_("Industry"), empty_label=_("Any industry"))
    country = django_filters.ChoiceFilter(label=_("Country"), empty_label=_("Any country"))
    renewal = django_filters.ChoiceFilter(
        method="renewing", choices=SOON, label=_("Renewal"), empty_label=_("Any renewal")
    )
    saved = django_filters.ModelChoiceFilter(
        queryset=lambda request: SavedFilter.objects.visible_to(request.user),
        to_field_name="uid",
        method="by_rule",
        label=_("Saved filter"),
        empty_label=_("No saved filter"),
    )

    FIRST = ("q", "saved", "owner", "band", "industry", "renewal")
    FURTHER = ("team", "stage", "country")
    FACETS = {
        "band": "standing__band",
        "stage": "stage",
        "industry": "industry",
        "country": "country",
        "owner": "owner__uid",
    }
    SEARCHED = ("name", "domain")

    class Meta:
        model = Customer
        fields: list[str] = []

    broken = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values in choices_for(self.user).items():
            write = stage_name if name == "stage" else str
            self.filters[name].extra["choices"] = [(value, write(value)) for value in values]

    def pairs(self, name: str) -> list[tuple[Any, Any]]:
        """The choices of people and teams as values: hundreds of objects would take longer than all the rest."""
        if name not in NAMED:
            return []
        extra = self.filters[name].extra
        first = [("", extra["empty_label"]), *([(NOBODY, extra["null_label"])] if extra.get("null_label") else [])]
        return [*first, *names(name, self.user)]

    def renewing(self, rows: QuerySet[Customer], _name: str, days: str) -> QuerySet[Customer]:
        return rows.filter(standing__renewal_on__range=(self.today, until(days, self.today)))

    def by_rule(self, rows: QuerySet[Customer], _name: str, saved: SavedFilter) -> QuerySet[Customer]:
        try:
            return self.of_saved(rows, saved)
        except RuleError as error:
            self.broken = str(error)
            return rows.none()

    def of_saved(self, rows: QuerySet[Any], saved: SavedFilter) -> QuerySet[Any]:
        return rows.filter(to_q(parse(saved.rule, user=self.user), self.today))


def until(choice: str, today: date) -> date:
    """The last day of the renewals that are chosen: the quarter's, or so many days from ``today``."""
    if choice != QUARTER:
        return today + timedelta(days=int(choice))
    in_last_month = today.replace(month=(today.month + 2) // 3 * 3, day=1)
    return (in_last_month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def colleagues(user: User) -> QuerySet[User]:
    """Who may own the customers that ``user`` sees."""
    people = User.objects.filter(is_active=True)
    return people if user.sees_everything else people.filter(teams__in=user.teams.all()).distinct()


def teams(user: User) -> QuerySet[Team]:
    return Team.objects.all() if user.sees_everything else user.teams.all()


NAMED: dict[str, tuple[str, Callable[[User], QuerySet[Any]]]] = {"owner": ("uid", colleagues), "team": ("pk", teams)}


def names(noun: str, user: User) -> list[tuple[str, str]]:
    """The people or teams among whose customers ``user`` may choose: key and name, a minute old at most."""
    return cache.get_or_set(f"desk.{noun}:{user.pk}:{user.role}", lambda: _names(noun, user), NAMES_LAST) or []


def _names(noun: str, user: User) -> list[tuple[str, str]]:
    key, there = NAMED[noun]
    return [(f"{one}", name) for one, name in there(user).values_list(key, "name")]


def sees_few(user: User) -> bool:
    """Whether the customers that ``user`` sees are a small part of all: those of one team in ten, or fewer."""
    if user.sees_everything:
        return False
    kept = f"desk.few:{user.pk}:{user.role}"
    return bool(cache.get_or_set(kept, lambda: teams(user).count() * FEW <= Team.objects.count(), NAMES_LAST))


def choices_for(user: User) -> dict[str, list[str]]:
    """The stages, industries and countries there are among the customers that ``user`` sees; minutes old at most."""
    scope, last = ("all", CHOICES_LAST) if user.sees_everything else (f"{user.role}:{user.pk}", NAMES_LAST)
    return cache.get_or_set(f"desk.choices:{scope}", lambda: _choices(user), last) or {}


def _choices(user: User) -> dict[str, list[str]]:
    rows = Customer.objects.visible_to(user).current().order_by()
    seen: Iterable[tuple[str, ...]] = rows.values_list("stage", "industry", "country").distinct()
    columns = zip(*seen, strict=True) if seen else ([], [], [])
    return {
        name: sorted({value for value in column if value})
        for name, column in zip(("stage", "industry", "country"), columns, strict=True)
    }
