from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.readonly import ReadOnlyAdmin
from core.seen import SeenAdmin
from surveys.models import Campaign, Survey, Suspect


@admin.register(Survey)
class SurveyAdmin(SeenAdmin):
    """Name and rules; texts, previews and publishing have a page of their own."""

    list_display = ["name", "kind", "state", "builder"]
    list_filter = ["kind", "state"]
    search_fields = ["name"]
    fields = ["name", "kind", "state", "nature", "sender_name", "reply_to", "valid_days", "reminder_days", "builder"]
    readonly_fields = ["state", "builder"]

    @admin.display(description=_("texts and preview"))
    def builder(self, survey: Survey) -> SafeString | str:
        if not survey.pk:
            return gettext("Once it is saved.")
        return format_html('<a href="{}">{}</a>', reverse("surveys:build", args=[survey.uid]), _("Build"))

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        return obj is None or not (obj.invitations.exists() or obj.responses.exists() or obj.asks.exists())


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["survey", "timing", "state", "starts_on", "by"]
    list_filter = ["state", "timing"]
    list_select_related = ["survey", "by"]


@admin.register(Suspect)
class SuspectAdmin(ReadOnlyAdmin):
    list_display = ["at", "ask", "score", "marks"]
    list_select_related = ["ask"]
