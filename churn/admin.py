from django.contrib import admin

from churn.models import ChurnReason


@admin.register(ChurnReason)
class ChurnReasonAdmin(admin.ModelAdmin[ChurnReason]):
    """A reason in use is not deleted but put out of use: records keep what they say."""

    list_display = ("label", "parent", "position", "is_active")
    list_editable = ("position", "is_active")
    list_select_related = ("parent",)
    list_filter = ("is_active",)
    search_fields = ("label", "key")
    prepopulated_fields = {"key": ("label",)}
