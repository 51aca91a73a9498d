"""Our people and their teams, as far as a key sees them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.api.caller import caller
from accounts.models import Role, Team, User
from core.api.views import Listed, Shown


class TeamShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()

    class Meta:
        ref_name = "Team"


class TeamRows(Listed, Shown):
    """The teams whose customers the key sees."""

    serializer_class = TeamShape

    def get_queryset(self) -> QuerySet[Team]:
        user = caller(self.request)
        return Team.objects.all() if user.sees_everything else user.teams.all()


class UserShape(serializers.Serializer[Any]):
    """One of us. `teams` are the names of theirs."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    teams = serializers.SerializerMethodField()
    is_active = serializers.BooleanField(help_text="Whether they may sign in.")

    class Meta:
        ref_name = "User"

    def get_teams(self, user: User) -> list[str]:
        return [team.name for team in user.teams.all()]


class UsersQuery(serializers.Serializer[Any]):
    email = serializers.CharField(required=False, max_length=254)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    team = serializers.CharField(required=False, max_length=120, help_text="The name of a team.")


class UserRows(Listed, Shown):
    """Our people: all of them, or, for the key of a team, those of that team."""

    serializer_class = UserShape
    asks = UsersQuery
    lookups: ClassVar = {"email": "email__iexact", "role": "role", "team": "teams__name"}

    def get_queryset(self) -> QuerySet[User]:
        user = caller(self.request)
        rows = User.objects.prefetch_related("teams")
        return rows if user.sees_everything else rows.filter(teams__in=user.teams.all()).distinct()
