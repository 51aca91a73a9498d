"""What every list of what belongs to customers can be narrowed by: whose they are, and a saved filter."""

from typing import Any

import django_filters
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.lists.filters import ListFilter, Named
from customers.models import Customer, SavedFilter
from customers.rules import RuleError, parse, to_q

NAMES_LAST = 60


def owners(user: User) -> list[tuple[str, str]]:
    """Who may own the customers that ``user`` sees, by uid; a minute old at most."""
    kept = f"lists.owners:{user.pk}:{user.role}"
    return cache.get_or_set(kept, lambda: _owners(user), NAMES_LAST) or []


def _owners(user: User) -> list[tuple[str, str]]:
    people = User.objects.filter(is_active=True).order_by("name", "pk")
    if not user.sees_everything:
        people = people.filter(teams__in=user.teams.all()).distinct()
    return [(f"{uid}", name) for uid, name in people.values_list("uid", "name")]


def filters_of(user: User) -> list[tuple[str, str]]:
    """The saved filters that ``user`` sees, by uid."""
    rows = SavedFilter.objects.visible_to(user).order_by("name", "pk")
    return [(f"{uid}", name) for uid, name in rows.values_list("uid", "name")]


class OfCustomersFilter(ListFilter):
    """Rows that belong to customers. ``broken`` says why the chosen saved filter can't be read."""

    q = django_filters.CharFilter(method="find", label=_("Search"), max_length=200)
    owner = Named(
        named=owners, uids=True, field_name="customer__owner__uid", label=_("Owner"), empty_label=_("Any owner")
    )
    saved = Named(
        named=filters_of, uids=True, method="by_rule", label=_("Saved filter"), empty_label=_("No saved filter")
    )

    broken = ""

    def by_rule(self, rows: QuerySet[Any], _name: str, uid: str) -> QuerySet[Any]:
        saved = SavedFilter.objects.visible_to(self.user).filter(uid=uid).first()
        if saved is None:
            return rows.none()
        try:
            return self.of_saved(rows, saved)
        except RuleError as error:
            self.broken = str(error)
            return rows.none()

    def of_saved(self, rows: QuerySet[Any], saved: SavedFilter) -> QuerySet[Any]:
        rule = parse(saved.rule, user=self.user)
        return rows.filter(customer__in=Customer.objects.filter(to_q(rule, self.today)).values("pk"))
