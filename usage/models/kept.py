from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Team
from usage.models.feature import Feature
from usage.querysets import OfTeamQuerySet


class Kept(models.Model):
    """As of which day figures were counted that are kept."""

    class What(models.TextChoices):
        USE = "use"
        RENEWALS = "renewals"

    what = models.CharField(max_length=8, choices=What, primary_key=True)
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.what} as of {self.day}"


class OfTeam(models.Model):
    """What is counted of the customers of one team, or of none, and one feature. A customer is of one team at most, so
    that the rows of any teams add up."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    feature = models.ForeignKey(Feature, models.CASCADE, related_name="+")

    objects = OfTeamQuerySet.as_manager()

    class Meta:
        abstract = True


class TeamUse(OfTeam):
    """How many customers used the feature: in each of the last weeks, the newest last; in the last 4 weeks and the 4
    before; how many of those of a week (of 4 weeks) did not in the next; and the events of the last 4 weeks.
    ``connected``, in the row over all features, are the customers whose feed is alive."""

    weeks = ArrayField(models.IntegerField())
    month = models.IntegerField()
    month_before = models.IntegerField()
    week_lapsed = models.IntegerField()
    month_lapsed = models.IntegerField()
    events = models.BigIntegerField()
    connected = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "feature"], name="usage_teamuse_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} by {self.team_id}"


class TeamRenewals(OfTeam):
    """Renewals that were due: of those who had used the feature, and of those whose use is known but who had not.
    In the row over all features, ``used`` are all of them."""

    used = models.IntegerField()
    used_renewed = models.IntegerField()
    unused = models.IntegerField()
    unused_renewed = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "feature"], name="usage_teamrenewals_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} of {self.team_id}"
