from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.models import Role, User

if TYPE_CHECKING:
    pass


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> Self:
        """The one gate for rows: a CSM's own team, a lead's teams and what nobody owns, else everything."""
        return self.filter(visible_customers(user))

    def current(self) -> Self:
        return self.filter(archived_on=None)


def visible_customers(user: User, prefix: str = "") -> Q:
    """The condition for a customer (or, with ``prefix``, a joined one) to be seen by ``user``.

    A user who may not sign in sees nothing.
    """
    if not user.is_active:
        return Q(pk__in=[])
    if user.sees_everything:
        return Q()
    in_teams = Q(**{f"{prefix}team__in": user.teams.all()})
    if user.role == Role.LEAD:
        return in_teams | Q(**{f"{prefix}team": None})
    return in_teams
