from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.domain import company as companies
from core.models import Company, Job, Mail, Source
from core.readonly import ReadOnlyAdmin
from core.seen import SeenAdmin, SeenModelForm
from core.single import SingleRowAdmin


class CompanyForm(SeenModelForm):
    class Meta:
        model = Company
        fields = ["name", "time_zone"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                companies.check(time_zone=cleaned["time_zone"])
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


@admin.register(Company)
class CompanyAdmin(SingleRowAdmin):
    form = CompanyForm
    list_display = ["name", "time_zone"]

    def save_model(self, request: HttpRequest, obj: Company, form: CompanyForm, change: bool) -> None:
        obj.pk = companies.change(name=obj.name, time_zone=obj.time_zone).pk


@admin.register(Source)
class SourceAdmin(SeenAdmin):
    list_display = ["key", "label"]
    search_fields = ["key", "label"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What waits, runs or failed, and why."""

    list_display = ["kind", "key", "state", "attempts", "run_at", "settled_at", "error"]
    list_filter = ["state", "kind"]
    search_fields = ["kind", "key"]


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """What leaves, left, or is in doubt: ``uncertain`` is never sent again."""

    list_display = ["kind", "key", "state", "reason", "attempts", "due_at", "settled_at"]
    list_filter = ["state", "kind"]
    search_fields = ["=key", "=uid"]
