from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role
from accounts.models.rule import RoleRule
from accounts.models.team import Team
from core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)


class User(AbstractBaseUser):
    """One of our people. Signs in by e-mail; the role and the teams say what they see."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.CSM)
    teams = models.ManyToManyField(Team, verbose_name=_("teams"), blank=True, related_name="users")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=16, default="en")
    tasks_a_day = models.PositiveSmallIntegerField(
        _("tasks a day"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("Where the queue cuts off what is for today."),
    )
    columns = models.JSONField(default=dict, db_default={}, editable=False)  # of lists, by the list's key
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin site opens: administrators only."""
        return self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """What the admin site asks: an administrator may do whatever a page of it offers."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    @cached_property
    def team_ids(self) -> list[int]:
        """The keys of their teams, read once in the life of this object: a page asks for them at each list."""
        known: list[int] | None = getattr(self, "own_teams", None)  # of whom the backend read
        return list(self.teams.values_list("pk", flat=True)) if known is None else known

    @cached_property
    def sees_everything(self) -> bool:
        """Whether the customers of all teams are seen: so they are by a lead of each of them."""
        if self.role != Role.LEAD:
            return self.role in {Role.ADMINISTRATOR, Role.ANALYST}
        if not hasattr(self, "lacks_team"):  # a user who was not read by the backend: a job's
            return not Team.objects.exclude(pk__in=self.team_ids).exists()
        return not self.lacks_team

    @cached_property
    def sees_money(self) -> bool:
        """Whether MRR and every other amount may be seen, and so sorted, filtered and ranked by: a rule of the role."""
        if not hasattr(self, "rule_money"):  # a user who was not read by the backend: a job's
            return not RoleRule.objects.filter(role=self.role, sees_money=False).exists()
        return self.rule_money is not False

    @property
    def sees_sensitive(self) -> bool:
        """Whether measures marked as sensitive may be seen, and so sorted, filtered and ranked by."""
        return self.role != Role.CSM

    @property
    def may_write(self) -> bool:
        return self.role != Role.ANALYST
