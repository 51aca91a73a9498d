from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core.ids import uuid7
from customers.querysets import SavedFilterQuerySet


class SavedFilter(models.Model):
    """A named rule over attributes and measures. Private to its author, or shared with a team."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    rule = models.JSONField(_("rule"))
    author = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("author"))
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "name"],
                condition=Q(team=None),
                name="customers_filter_private_name",
                violation_error_message=_("You have a filter of this name already."),
            ),
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=~Q(team=None),
                name="customers_filter_team_name",
                violation_error_message=_("The team has a filter of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
