from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.readonly import ReadOnlyAdmin
from core.seen import SeenModelForm
from core.single import SingleRowAdmin
from customers.domain import contacting
from customers.models import ContactPolicy, Suppression


class ContactPolicyForm(SeenModelForm):
    class Meta:
        model = ContactPolicy
        fields = ["survey_days", "overall_days", "from_hour", "until_hour", "quiet_weekdays"]

    def clean_quiet_weekdays(self) -> list[int]:
        days: Any = self.cleaned_data["quiet_weekdays"] or []
        if not isinstance(days, list) or not set(days) <= set(range(7)) or len(set(days)) == 7:
            raise ValidationError(_("Write a list of weekdays, 0 is Monday: [5, 6]. One day at least is not quiet."))
        return sorted(set(days))


@admin.register(ContactPolicy)
class ContactPolicyAdmin(SingleRowAdmin):
    form = ContactPolicyForm

    def save_model(self, request: HttpRequest, obj: ContactPolicy, form: Any, change: bool) -> None:
        obj.pk = 1
        obj.save()


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Addresses that are not written to. Search for one by the whole address."""

    list_display = ["digest", "reason", "at", "lifted_at"]
    list_filter = ["reason", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["=digest"]
    search_help_text = _("The whole address")
    actions = ["write_again"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str) -> Any:
        term = contacting.digest(search_term) if "@" in search_term else search_term
        return super().get_search_results(request, queryset, term)

    @admin.action(description=_("Allow mail to these addresses again"))
    def write_again(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> None:
        user: Any = request.user
        count = contacting.lift(suppressions=queryset, by=user, at=clock.now())
        said = ngettext("%(count)s address may be written to.", "%(count)s addresses may be written to.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
