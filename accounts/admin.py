from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.access import proved_only, proved_to_act
from accounts.domain import keys, sessions, users
from accounts.models import Key, RoleRule, Team, User
from core import clock, zones
from core.seen import SeenAdmin, SeenModelForm

admin.site.unregister(Group)  # roles decide, not groups
admin.site.unregister(EmailAddress)  # a user has one address, and it is on the user
# Secrets and links of sign-in are made by who signs in, and taken away by the actions of the list of users.
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])


PROFILE = ["email", "name", "role", "teams", "tasks_a_day", "time_zone", "language"]


class NewUserForm(AdminUserCreationForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones.offered, initial="UTC")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = PROFILE


class UserForm(SeenModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = [*PROFILE, "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields.get("time_zone")
        if zone:  # not there for who may only look
            zone.choices = zones.offered(self.instance.time_zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                users.check(user=self.instance, values={name: cleaned[name] for name in users.CHANGEABLE})
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


def sensitive(*views: str) -> Any:
    """These views of an admin class open only to who has just proved who they are."""

    def guard(cls: type) -> type:
        for name in views:
            cls = method_decorator(proved_only, name=name)(cls)
        return cls

    return guard


@admin.register(User)
@sensitive("add_view", "change_view", "user_change_password")
@method_decorator(proved_to_act, name="changelist_view")
class UserAdmin(DjangoUserAdmin):
    """The people who sign in. They are taken out of use, not deleted: what they did stays theirs."""

    form, add_form = UserForm, NewUserForm
    list_display = ["name", "email", "role", "team_names", "last_login", "is_active"]
    list_filter = ["role", "is_active", "teams"]
    search_fields = ["name", "email"]
    ordering = ["name", "id"]
    filter_horizontal = []
    readonly_fields = ["new_password"]
    actions = ["end_sessions", "drop_factors"]
    fieldsets = [
        (None, {"fields": ["email", "name", "is_active", "new_password"]}),
        (_("What they see and do"), {"fields": ["role", "teams", "tasks_a_day"]}),
        (_("How it is shown to them"), {"fields": ["language", "time_zone"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]}),
        (_("What they see and do"), {"fields": ["role", "teams", "tasks_a_day"]}),
        (_("How it is shown to them"), {"fields": ["language", "time_zone"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("teams")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description=_("End the sessions of the chosen people"))
    def end_sessions(self, request: HttpRequest, chosen: models.QuerySet[User]) -> None:
        for user in chosen:
            sessions.end_all(user=user, at=clock.now())

    @admin.action(description=_("Remove the second factors of the chosen people, and end their sessions"))
    def drop_factors(self, request: HttpRequest, chosen: models.QuerySet[User]) -> None:
        for user in chosen:
            sessions.drop_factors(user=user, at=clock.now())

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        values = {name: value for name, value in form.cleaned_data.items() if name in users.CHANGEABLE}
        if change:
            users.change(user=obj, values=values, at=clock.now())
            return
        password = form.cleaned_data["password1"] if form.cleaned_data["set_usable_password"] else None
        made = users.create(**values, password=password, at=clock.now())
        obj.pk, obj.uid, obj._state = made.pk, made.uid, made._state

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, **kwargs | {"widget": forms.CheckboxSelectMultiple, "help_text": ""}
        )

    @admin.display(description=_("password"))
    def new_password(self, user: User) -> str:
        words = _("Set a new password") if user.has_usable_password() else _("None yet: set one")
        address = reverse(f"{self.admin_site.name}:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', address, words)

    @admin.display(description=_("teams"))
    def team_names(self, user: User) -> str:
        return ", ".join(team.name for team in user.teams.all())


@admin.register(Team)
class TeamAdmin(SeenAdmin):
    list_display = ["name", "people"]
    search_fields = ["name"]
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Team]:
        return super().get_queryset(request).annotate(people=Count("users"))

    @admin.display(description=_("people"), ordering="people")
    def people(self, team: Any) -> int:
        return team.people


@admin.register(RoleRule)
@sensitive("add_view", "change_view")
class RoleRuleAdmin(SeenAdmin):
    """What is asked of each role, and kept from it."""

    list_display = ["role", "needs_second_factor", "sees_money"]

    def get_readonly_fields(self, request: HttpRequest, obj: RoleRule | None = None) -> list[str]:
        return ["role"] if obj else []


@admin.register(Key)
@sensitive("changelist_view")
class KeyAdmin(admin.ModelAdmin[Key]):
    """The keys of programs. ``manage.py key create`` makes one; here they are seen and revoked."""

    list_display = [
        "name",
        "scope",
        "shown",
        "source",
        "team",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    list_filter = ["scope", "team"]
    list_select_related = ["source", "team"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the chosen keys"))
    def revoke(self, request: HttpRequest, chosen: models.QuerySet[Key]) -> None:
        for key in chosen:
            keys.revoke(key=key, at=clock.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Key | None = None) -> bool:
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Key | None = None) -> bool:
        return False
