"""Who does a step: by role, so that a playbook outlives people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count

from accounts.models import Role, Team, User
from customers.models import Customer
from playbooks.models import WorkItem


class Owners:
    """Finds who of ours does a step for each of some customers. What it reads, it reads once for all of them."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        self._customers = list(customers)
        self._teams = self._members()
        self._load: Counter[int] | None = None

    def of(self, customer: Customer, owner: Mapping[str, Any]) -> User | None:
        """Who does it: the customer's owner, their team's lead, one named, or who has least to do.

        Where that one has left, who comes next: lead, then least loaded; None for a customer nobody could serve.
        """
        role = owner.get("role", "owner")
        found = {"owner": self._owner, "lead": self._lead, "least_loaded": self._least_loaded}.get(role)
        one = self._named(str(owner.get("user"))) if role == "named" else (found(customer) if found else None)
        return one or self._owner(customer) or self._lead(customer) or self._least_loaded(customer)

    def _owner(self, customer: Customer) -> User | None:
        owner = customer.owner
        return owner if owner and owner.is_active and owner.role != Role.ANALYST else None

    def _lead(self, customer: Customer) -> User | None:
        return next((one for one in self._team(customer) if one.role == Role.LEAD), None)

    def _least_loaded(self, customer: Customer) -> User | None:
        csms = [one for one in self._team(customer) if one.role == Role.CSM]
        if not csms:
            return None
        if self._load is None:
            self._load = self._loads()
        chosen = min(csms, key=lambda one: (self._load[one.pk], one.pk))  # type: ignore[index]
        self._load[chosen.pk] += 1
        return chosen

    def _named(self, uid: str) -> User | None:
        return next((one for one in self._everybody if str(one.uid) == uid), None)

    def _team(self, customer: Customer) -> list[User]:
        return self._teams.get(customer.team_id or 0, [])

    def _members(self) -> dict[int, list[User]]:
        wanted = {one.team_id for one in self._customers if one.team_id}
        self._everybody = list(User.objects.filter(is_active=True).exclude(role=Role.ANALYST).order_by("pk"))
        by_pk = {one.pk: one for one in self._everybody}
        teams: dict[int, list[User]] = {}
        links = Team.users.through.objects.filter(team__in=wanted).order_by("user_id")
        for team, user in links.values_list("team_id", "user_id"):
            if user in by_pk:
                teams.setdefault(team, []).append(by_pk[user])
        return teams

    def _loads(self) -> Counter[int]:
        rows = WorkItem.objects.live().filter(owner__isnull=False).order_by().values_list("owner")
        return Counter(dict(rows.annotate(count=Count("pk"))))
