from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from rest_framework.request import Request

from accounts.models import Key, Role, RoleRule, Team, User


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a key, as a user who sees what the key may: the customers of its team, or all.

    So everything that is asked for what a user may see can be asked for what a key may.
    """

    key: Key
    pk: ClassVar[None] = None
    is_active: ClassVar[bool] = True
    is_authenticated: ClassVar[bool] = True

    @property
    def role(self) -> str:
        return Role.CSM if self.key.team_id else Role.ANALYST

    @property
    def sees_everything(self) -> bool:
        return self.key.team_id is None

    @property
    def sees_sensitive(self) -> bool:
        return self.sees_everything

    @property
    def sees_money(self) -> bool:
        """A key of a team sees what a CSM does; one of the whole company was made by an administrator to see all."""
        return self.sees_everything or not RoleRule.objects.filter(role=Role.CSM, sees_money=False).exists()

    @property
    def team_ids(self) -> list[int]:
        """As those of a user: what narrows rows to the team of the key."""
        return [self.key.team_id] if self.key.team_id else []

    @property
    def teams(self) -> QuerySet[Team]:
        return Team.objects.filter(pk=self.key.team_id or 0)


def key_of(request: Request) -> Key | None:
    """The key in a request; None where there is none that is in force."""
    found: Any = request.auth
    return cast("Key | None", found)


def caller(request: Request) -> User:
    """Who asks, to be handed to ``visible_to`` and its like."""
    found: Any = request.user
    return cast(User, found)
