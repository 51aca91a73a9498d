from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role


class RoleRule(models.Model):
    """What the company asks of a role, and what it keeps from it. A role without a row: nothing, and nothing."""

    role = models.CharField(_("role"), max_length=16, choices=Role, primary_key=True)
    needs_second_factor = models.BooleanField(
        _("needs a second factor"),
        default=False,
        help_text=_("Whoever has none is led to set one up before anything else opens. Single sign-on counts as one."),
    )
    sees_money = models.BooleanField(
        _("sees money"),
        default=True,
        help_text=_("Without it MRR and every other amount is hidden: on pages, in lists, files and the API."),
    )

    class Meta:
        verbose_name = _("rule of a role")
        verbose_name_plural = _("rules of roles")
        ordering = ["role"]

    def __str__(self) -> str:
        return self.get_role_display()
