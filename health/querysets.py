from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.models import User

if TYPE_CHECKING:
    from health.models import BacktestRun  # noqa: F401 (in the quotes below)


class BacktestRunQuerySet(models.QuerySet["BacktestRun"]):
    def visible_to(self, user: User) -> Self:
        """One's own; those over all customers for who sees all customers."""
        own = models.Q(by=user)
        return self.filter(own | models.Q(of_all=True) if user.sees_everything else own)
