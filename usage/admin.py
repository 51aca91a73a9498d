from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock
from core.seen import SeenAdmin
from usage.domain.features import classify
from usage.models import Feature


@admin.register(Feature)
class FeatureAdmin(SeenAdmin):
    """Features come from usage. Here they get their label, and whether they are core or sticky."""

    list_display = ["key", "label", "kind"]
    list_editable = ["kind"]
    list_filter = ["kind"]
    search_fields = ["key", "label"]
    readonly_fields = ["key"]
    fields = ["key", "label", "kind"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feature]:
        return super().get_queryset(request).exclude(key="")

    def save_model(self, request: HttpRequest, obj: Feature, form: Any, change: bool) -> None:
        Feature.objects.filter(pk=obj.pk).update(label=obj.label)
        classify(kinds={obj.key: obj.kind}, known_on=clock.today())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Feature | None = None) -> bool:
        return False
