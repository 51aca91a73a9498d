from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from customers.domain import filters
from customers.models import SavedFilter
from customers.rules import describe, parse


class SavedFilterForm(forms.ModelForm[SavedFilter]):
    class Meta:
        model = SavedFilter
        fields = ["name", "team", "rule"]

    def clean_rule(self) -> Any:
        rule = self.cleaned_data["rule"]
        parse(rule)
        return rule


@admin.register(SavedFilter)
class SavedFilterAdmin(admin.ModelAdmin[SavedFilter]):
    form = SavedFilterForm
    list_display = ["name", "team", "author"]
    list_filter = ["team"]
    list_select_related = ["team", "author"]
    search_fields = ["name"]
    autocomplete_fields = ["team"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_readonly_fields(self, request: HttpRequest, obj: SavedFilter | None = None) -> list[str]:
        return ["in_words", "team"] if obj else ["in_words"]

    def get_fields(self, request: HttpRequest, obj: SavedFilter | None = None) -> Any:
        return ["name", "team", "rule", *(["in_words"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: SavedFilter, form: Any, change: bool) -> None:
        by: Any = request.user
        if change:
            filters.change(filter=obj, name=obj.name, rule=obj.rule, by=by, at=clock.now())
            return
        made = filters.save(name=obj.name, rule=obj.rule, team=obj.team, by=by, at=clock.now())
        obj.pk, obj.uid, obj._state = made.pk, made.uid, made._state

    def delete_model(self, request: HttpRequest, obj: SavedFilter) -> None:
        filters.delete(filter=obj, by=request.user, at=clock.now())  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SavedFilter]) -> None:
        for saved in queryset:
            self.delete_model(request, saved)

    @admin.display(description=_("in words"))
    def in_words(self, saved: SavedFilter) -> str:
        try:
            return describe(parse(saved.rule))
        except ValidationError as error:
            return error.messages[0]
