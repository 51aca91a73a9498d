from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from customers.querysets import visible_customers

if TYPE_CHECKING:
    from playbooks.models import Letter, Run, WorkItem  # noqa: F401 (in the quotes below)

LIVE = ("open", "snoozed")


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def visible_to(self, user: User) -> Self:
        """Tasks of the customers that ``user`` sees."""
        return self.filter(visible_customers(user, "customer__"))

    def live(self) -> Self:
        """Neither done nor cleared: open, or snoozed."""
        return self.filter(state__in=LIVE)

    def waiting(self, today: date) -> Self:
        """What there is to do ``today``: open, or snoozed until today at the latest."""
        return self.filter(Q(state="open") | Q(state="snoozed", snoozed_until__lte=today))


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User) -> Self:
        """Runs for the customers that ``user`` sees."""
        return self.filter(visible_customers(user, "customer__"))

    def live(self) -> Self:
        """Not ended: running, paused, or stuck on a step that failed."""
        return self.filter(state__in=("running", "paused", "failed"))


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> Self:
        """Letters to contacts of the customers that ``user`` sees."""
        return self.filter(visible_customers(user, "customer__"))
