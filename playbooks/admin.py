from django.contrib import admin
from django.http import HttpRequest

from core.seen import SeenAdmin
from playbooks.models import AnswerRule, WorkItem


@admin.register(WorkItem)
class WorkItemAdmin(admin.ModelAdmin[WorkItem]):
    """To look at only: a task is worked on its page, where its story is told."""

    list_display = ("__str__", "customer", "owner", "lane", "state", "due_on", "closed_at")
    list_filter = ("state", "lane")
    list_select_related = ("customer", "owner", "text")
    search_fields = ("customer__name",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WorkItem | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WorkItem | None = None) -> bool:
        return False


@admin.register(AnswerRule)
class AnswerRuleAdmin(SeenAdmin):
    """What is done about an answer, by class."""

    list_display = ["title", "answer_class", "survey", "lane", "due_in_days", "is_active"]
    list_filter = ["answer_class", "is_active"]
    list_select_related = ["survey"]
