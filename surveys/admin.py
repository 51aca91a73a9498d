from django.contrib import admin
from django.http import HttpRequest

from surveys.models import Survey


@admin.register(Survey)
class SurveyAdmin(admin.ModelAdmin[Survey]):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]
    fields = ["name", "kind"]

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        return obj is None or (not obj.invitations.exists() and not obj.responses.exists())
