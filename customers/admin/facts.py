from django.contrib import admin

from core.readonly import ReadOnlyAdmin
from customers.models import Ticket, TicketState, Touchpoint


@admin.register(Touchpoint)
class TouchpointAdmin(ReadOnlyAdmin):
    list_display = ["at", "customer", "kind", "two_way", "contact", "by", "known_on"]
    list_filter = ["kind", "two_way"]
    list_select_related = ["customer", "contact", "by"]
    search_fields = ["customer__name"]


class StateInline(admin.TabularInline[TicketState, Ticket]):
    model = TicketState
    fields = ["day", "known_on", "priority", "escalated", "closed_at", "first_response_minutes", "satisfaction"]
    ordering = ["known_on", "id"]
    can_delete = False
    extra = max_num = 0

    def has_change_permission(self, *args: object) -> bool:
        return False


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "customer", "kind", "known_on"]
    list_select_related = ["customer"]
    search_fields = ["customer__name"]
    inlines = [StateInline]
