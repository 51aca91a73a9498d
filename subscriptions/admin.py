from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from core import clock
from core.faults import Refused
from core.seen import SeenAdmin
from subscriptions.domain import fx_rates, plan_limits
from subscriptions.domain.fx_rates import Rate
from subscriptions.models import FxRate, Invoice, Plan, PlanLimit, Subscription, SubscriptionVersion


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


class LimitInline(admin.TabularInline[PlanLimit, Plan]):
    """What a unit of the plan holds: what is said now counts from today on, and what was said before stays."""

    model = PlanLimit
    fields = ("seats", "events", "day")
    readonly_fields = ("day",)
    ordering = ("-known_on", "-id")
    can_delete = False
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False


@admin.register(Plan)
class PlanAdmin(SeenAdmin):
    list_display = ("name",)
    search_fields = ("name",)
    inlines = (LimitInline,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for said in formset.save(commit=False):
            try:
                plan_limits.limit(plan=said.plan, seats=said.seats, most=said.events, at=clock.now())
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), "error")

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
class FxRateAdmin(SeenAdmin):
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
