from typing import Any, Self

from django.db import models

from accounts.models import User
from customers.querysets import visible_customers


class OfTeamQuerySet(models.QuerySet[Any]):
    """Rows that are counted by team: a team of theirs stands for all customers in it."""

    def visible_to(self, user: User) -> Self:
        """What is counted of the customers that ``user`` sees. The same gate, since it asks for teams only."""
        return self.filter(visible_customers(user))
