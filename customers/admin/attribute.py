from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock
from core.seen import SeenAdmin
from customers.domain import attributes
from customers.models import Attribute


@admin.register(Attribute)
class AttributeAdmin(SeenAdmin):
    """The company's own attributes. One that a filter reads can't be deleted: the page says which."""

    list_display = ["label", "key", "type", "nature"]
    list_filter = ["type", "nature"]
    search_fields = ["label", "key"]
    fields = ["label", "key", "type", "nature"]

    def get_readonly_fields(self, request: HttpRequest, obj: Attribute | None = None) -> list[str]:
        return ["key", "type"] if obj else []

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        if change:
            attributes.change(attribute=obj, label=obj.label, nature=obj.nature, at=clock.now())
            return
        made = attributes.declare(key=obj.key, label=obj.label, type=obj.type, nature=obj.nature, at=clock.now())
        obj.pk, obj._state = made.pk, made._state

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, missing, [*protected, *filter(None, map(_used, objs))]

    def delete_model(self, request: HttpRequest, obj: Attribute) -> None:
        attributes.delete(attribute=obj, at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> None:
        for attribute in queryset:
            attributes.delete(attribute=attribute, at=clock.now())


def _used(attribute: Attribute) -> str:
    """Why an attribute can't be deleted, '' where it can."""
    try:
        attributes.check_unused(attribute=attribute)
    except ValidationError as error:
        return error.messages[0]
    return ""
