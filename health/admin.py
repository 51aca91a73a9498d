import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.seen import SeenAdmin
from health.models import Scorecard, ScorecardVersion, SignalRule


class ReadOnly:
    """What is looked at here and made elsewhere."""

    def has_add_permission(self, *args: Any) -> bool:
        return False

    def has_change_permission(self, *args: Any) -> bool:
        return False

    def has_delete_permission(self, *args: Any) -> bool:
        return False


class VersionInline(ReadOnly, admin.TabularInline[ScorecardVersion, Scorecard]):
    model = ScorecardVersion
    fields = ["number", "in_force_from", "published_at", "published_by"]
    ordering = ["-number"]
    show_change_link = True
    extra = 0


@admin.register(Scorecard)
class ScorecardAdmin(SeenAdmin):
    list_display = ["name", "key", "position"]
    fields = ["name", "key", "position"]
    inlines = [VersionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Scorecard | None = None) -> list[str]:
        return ["key"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        return obj is None or not obj.versions.exists()


@admin.register(ScorecardVersion)
class ScorecardVersionAdmin(ReadOnly, admin.ModelAdmin[ScorecardVersion]):
    """Published versions never change."""

    list_display = ["scorecard", "number", "in_force_from", "published_at", "published_by"]
    list_filter = ["scorecard"]
    fields = ["scorecard", "number", "in_force_from", "published_at", "published_by", "written"]
    readonly_fields = ["written"]
    ordering = ["scorecard", "-number"]

    @admin.display(description=_("definition"))
    def written(self, obj: ScorecardVersion) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(obj.definition, indent=2, ensure_ascii=False))


@admin.register(SignalRule)
class SignalRuleAdmin(SeenAdmin):
    list_display = ["name", "key", "hold_days", "most_share", "is_on", "position"]
    fields = ["name", "key", "hold_days", "most_share", "is_on", "position"]
    readonly_fields = ["key"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # its conditions are built on a page of its own

    def has_delete_permission(self, request: HttpRequest, obj: SignalRule | None = None) -> bool:
        return obj is None or not obj.signals.exists()
