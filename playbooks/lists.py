"""The list of runs: which playbook is, or was, at work for whom."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.lists.declared import ListOf, declare
from core.lists.filters import DayFilter, Named
from core.lists.table import FIRST_MOST, DaySorted, LabelColumn, ListTable, NameColumn, NumberSorted, TextSorted
from core.markup import markup
from core.tables import PersonColumn
from customers.lists import OfCustomersFilter, of_customers
from playbooks.models import Playbook, Run


def books(user: User) -> list[tuple[str, str]]:
    """The playbooks there are, by key; those that come with Holdfast in the reader's language."""
    return [(key, gettext(name)) for key, name in Playbook.objects.order_by("name", "pk").values_list("key", "name")]


class RunFilter(OfCustomersFilter):
    playbook = Named(
        named=books,
        field_name="playbook__key",
        label=_("Playbook"),
        empty_label=_("Any playbook"),
        help_text=_("The key of a playbook."),
    )
    state = django_filters.ChoiceFilter(choices=Run.State.choices, label=_("State"), empty_label=_("Any state"))
    since = DayFilter(field_name="started_at", lookup_expr="date__gte", label=_("Started from"))

    FIRST = ("q", "saved", "owner", "playbook", "state")
    FURTHER = ("since",)
    FACETS = {"playbook": "playbook__key", "state": "state"}
    SEARCHED = ("customer__name",)

    class Meta:
        model = Run
        fields: list[str] = []


class RunTable(ListTable):
    LEAD = "playbook"
    TICKS = "runs"
    USUAL = ("customer", "state", "step", "started", "due", "ended", "owner")
    KEPT_AT = {"owner": ("customer__owner__name",)}

    playbook = TextSorted(accessor="playbook__name", verbose_name=_("Playbook"), attrs={"td": {"class": "lead"}})
    customer = NameColumn(accessor="customer", verbose_name=_("Customer"))
    state = LabelColumn(accessor="state", labels=Run.State.choices, verbose_name=_("State"))
    step = NumberSorted(accessor="index", verbose_name=_("Next step"))
    started = DaySorted(accessor="started_at", verbose_name=_("Started"), **FIRST_MOST)
    due = DaySorted(accessor="due_at", verbose_name=_("Due"))
    ended = DaySorted(accessor="ended_at", verbose_name=_("Ended"), **FIRST_MOST)
    variant = TextSorted(accessor="variant", verbose_name=_("Variant"))
    owner = PersonColumn(accessor="customer__owner", order_by=("customer__owner__name", "pk"), verbose_name=_("Owner"))

    rank = {"step": 3, "due": 3, "ended": 3, "owner": 2, "started": 2}

    class Meta(ListTable.Meta):
        model = Run
        fields = ()

    def render_playbook(self, record: Run) -> SafeString:
        return markup('<a href="{}" data-row>{}</a>', record.get_absolute_url(), gettext(record.playbook.name))

    def render_step(self, value: int, record: Run) -> Any:
        return value + 1 if record.is_live else None

    def kept(self, column: Any, value: Any) -> Any:
        """A moment is a day in a file: a spreadsheet knows no zone."""
        return value.date() if value is not None and hasattr(value, "date") else super().kept(column, value)


def rows(user: User) -> QuerySet[Run]:
    return of_customers(Run.objects.select_related("customer__owner", "playbook"), user)


def _counted(count: int) -> Any:
    return ngettext("%(count)s run", "%(count)s runs", count)


RUNS = declare(
    ListOf(
        key="runs",
        label=_("Runs"),
        icon="play",
        order=50,
        url_name="playbooks:runs",
        table=RunTable,
        filters=RunFilter,
        rows=rows,
        sort="-started",
        counted=_counted,
        empty=_("A playbook that is at work for a customer is a run."),
        begin=(_("Put a playbook to work"), "playbooks:playbooks"),
    )
)
