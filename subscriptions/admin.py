from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from core import clock
from core.faults import Refused
from subscriptions.domain import fx_rates
from subscriptions.domain.fx_rates import Rate
from subscriptions.models import FxRate, Invoice, Plan, Subscription, SubscriptionVersion


class ReadOnly(admin.ModelAdmin[models.Model]):
    """Facts are looked at here. They are written by the domain, and never changed."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin[Plan]):
    list_display = ("name",)
    search_fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False


class VersionInline(admin.TabularInline[SubscriptionVersion, Subscription]):
    model = SubscriptionVersion
    fields = (
        "number",
        "known_on",
        "plan",
        "interval",
        "quantity",
        "amount",
        "currency",
        "mrr",
        "starts_on",
        "ends_on",
        "cancelled_on",
        "term_ends_on",
    )
    readonly_fields = fields
    ordering = ("number", "known_on", "id")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly):
    list_display = ("uid", "customer")
    list_select_related = ("customer",)
    search_fields = ("customer__name",)
    inlines = (VersionInline,)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly):
    list_display = ("uid", "customer", "day", "due_on", "amount", "currency", "known_on")
    list_select_related = ("customer",)
    search_fields = ("customer__name",)


@admin.register(FxRate)
class FxRateAdmin(admin.ModelAdmin[FxRate]):
    """A rate is added, known from today. A wrong one is corrected by adding the right one for its day."""

    list_display = ("currency", "day", "rate", "known_on")
    list_filter = ("currency",)
    fields = ("day", "currency", "rate")
    ordering = ("-day", "currency")

    def has_change_permission(self, request: HttpRequest, obj: FxRate | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FxRate | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FxRate, form: ModelForm[FxRate], change: bool) -> None:
        try:
            fx_rates.record(rates=[Rate(obj.day, obj.currency, obj.rate)], known_on=clock.today())
        except Refused as refused:
            self.message_user(request, "; ".join(str(fault.message) for fault in refused.faults), "error")
