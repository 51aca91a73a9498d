from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Role, User
from core.clock import AsOf

if TYPE_CHECKING:
    from customers.models import Customer, Merge, SavedFilter  # noqa: F401 (in the quotes below)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> Self:
        """The one gate for rows: a CSM's own team, a lead's teams and what nobody owns, else everything."""
        return self.filter(visible_customers(user))

    def current(self) -> Self:
        """Those that lists show: neither archived nor merged into another."""
        merges = self.model._meta.apps.get_model("customers", "Merge").objects.open()
        return self.filter(~Exists(merges.filter(from_customer=OuterRef("pk"))), archived_on=None)


class MergeQuerySet(models.QuerySet["Merge"]):
    def open(self) -> Self:
        return self.filter(undone_on=None)

    def known(self, at: AsOf) -> Self:
        """The merges that were known, and not yet undone, as of ``at``."""
        open_then = Q(undone_on=None) | Q(undone_on__gte=at.known_on)
        return self.filter(open_then, known_on__lt=at.known_on)


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> Self:
        """A user's own filters and those of their teams; of all teams for who sees all customers.

        For the key of a program: those of nobody in the place of its own.
        """
        if not user.is_active:
            return self.none()
        own = Q(author=user.pk, team=None)  # a program has no id: its own are those of nobody
        shared = ~Q(team=None) if user.sees_everything else Q(team__in=user.teams.all())
        return self.filter(own | shared)


def visible_customers(user: User, prefix: str = "") -> Q:
    """The condition for a customer (or, with ``prefix``, a joined one) to be seen by ``user``.

    A user who may not sign in sees nothing.
    """
    if not user.is_active:
        return Q(pk__in=[])
    if user.sees_everything:
        return Q()
    # As values, not as a subquery: the database then knows how many customers that is, and finds a page by its index.
    in_teams = Q(**{f"{prefix}team__in": user.team_ids})
    if user.role == Role.LEAD:
        return in_teams | Q(**{f"{prefix}team": None})
    return in_teams
