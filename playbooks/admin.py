from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.registry import MEASURES
from customers.rules import RuleError, describe, parse
from playbooks.models import AnswerRule, QueueRule, WorkItem


class QueueRuleForm(forms.ModelForm[QueueRule]):
    class Meta:
        model = QueueRule
        fields = ("key", "title", "lane", "rule", "reasons", "due_in_days", "rest_days", "is_active")

    def clean_rule(self) -> Any:
        try:
            parse(self.cleaned_data["rule"])
        except RuleError as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["rule"]

    def clean_reasons(self) -> list[str]:
        keys = self.cleaned_data["reasons"]
        if not isinstance(keys, list):
            raise forms.ValidationError(_('Write a list of keys: ["score", "notice_on"].'))
        unknown = [f"{key}" for key in keys if key not in MEASURES and not f"{key}".startswith("attribute.")]
        if unknown:
            raise forms.ValidationError(
                _("There is no measure %(keys)s. There are: %(known)s."),
                params={"keys": ", ".join(unknown), "known": ", ".join(sorted(MEASURES))},
            )
        return keys


@admin.register(QueueRule)
class QueueRuleAdmin(admin.ModelAdmin[QueueRule]):
    form = QueueRuleForm
    list_display = ("title", "lane", "in_words", "due_in_days", "rest_days", "is_active")
    list_filter = ("lane", "is_active")

    @admin.display(description=_("rule"))
    def in_words(self, rule: QueueRule) -> str:
        return str(describe(parse(rule.rule)))


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
class AnswerRuleAdmin(admin.ModelAdmin[AnswerRule]):
    """What is done about an answer, by class."""

    list_display = ["title", "answer_class", "survey", "lane", "due_in_days", "is_active"]
    list_filter = ["answer_class", "is_active"]
    list_select_related = ["survey"]
