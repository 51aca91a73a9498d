from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from churn.models import Benchmark, BenchmarkBand, ChurnReason
from churn.queries.reasons import given_by_customers
from core.seen import SeenAdmin


@admin.register(ChurnReason)
class ChurnReasonAdmin(SeenAdmin):
    """A reason in use is not deleted but put out of use: records keep what they say."""

    list_display = ("label", "parent", "position", "is_active")
    list_editable = ("position", "is_active")
    list_select_related = ("parent",)
    list_filter = ("is_active",)
    search_fields = ("label", "key")
    prepopulated_fields = {"key": ("label",)}

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """With what protects a reason: records of ours, and subscriptions that customers gave up for it."""
        listed, counts, missing, protected = super().get_deleted_objects(objs, request)
        said = _("Subscriptions that ended for this reason: %(label)s")
        named = [said % {"label": reason.label} for reason in objs if given_by_customers(reason)]
        return listed, counts, missing, [*protected, *named]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Two levels: a finer reason is part of one that is part of nothing.
        kwargs["queryset"] = ChurnReason.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class BandInline(admin.TabularInline[BenchmarkBand, Benchmark]):
    model = BenchmarkBand
    extra = 1


@admin.register(Benchmark)
class BenchmarkAdmin(SeenAdmin):
    """Each reference names its source in words; a report shows our own rate among its bands."""

    list_display = ("label", "per", "position", "is_active")
    list_editable = ("position", "is_active")
    search_fields = ("label", "source")
    inlines = (BandInline,)
