from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.readonly import ReadOnlyAdmin
from customers.models import SavedFilter
from customers.rules import describe, parse


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnlyAdmin):
    """To look at only: filters are built on pages of their own, where it is also said what uses them."""

    list_display = ["name", "team", "author"]
    list_filter = ["team"]
    list_select_related = ["team", "author"]
    search_fields = ["name"]
    fields = ["name", "team", "author", "in_words"]
    readonly_fields = ("in_words",)

    @admin.display(description=_("in words"))
    def in_words(self, saved: SavedFilter) -> str:
        try:
            return describe(parse(saved.rule))
        except ValidationError as error:
            return error.messages[0]
