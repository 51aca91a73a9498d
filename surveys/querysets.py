from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.clock import AsOf

if TYPE_CHECKING:
    from surveys.models import Response  # noqa: F401 (in the quotes below)


class ResponseQuerySet(models.QuerySet["Response"]):
    def as_of(self, at: AsOf) -> Self:
        """The answers that count as of ``at``: of one invitation, the one known last; none that another one amends."""
        later = Q(known_on__gt=OuterRef("known_on")) | Q(known_on=OuterRef("known_on"), pk__gt=OuterRef("pk"))
        changed = self.model._default_manager.filter(at.visible(), later, invitation=OuterRef("invitation"))
        amended = self.model._default_manager.filter(at.visible(), amends=OuterRef("pk"))
        return self.filter(at.visible(), withdrawn=False).filter(~Exists(changed), ~Exists(amended))
