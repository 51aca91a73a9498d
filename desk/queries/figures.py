"""One figure, opened: what it means, what it is, and the rows that it comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import clock, formatting, marks
from core.clock import AsOf
from customers.models import Customer, Standing, Touchpoint
from customers.queries.canonical import members
from customers.queries.people import people
from customers.queries.tickets import cases
from customers.queries.touchpoints import stands
from customers.registry import MEASURES, Measure, Type
from health.queries.explain import explain_standing
from health.queries.words import write
from playbooks.queries.queue import live_for
from playbooks.words import because
from subscriptions.queries.of_customer import bills, contracts, movements
from subscriptions.queries.shown import Shown, shown
from surveys.queries.answers import answers
from usage.queries.weeks import features_by_week, weeks

Cell = SafeString | str


@dataclass(frozen=True, slots=True)
class Rows:
    """The facts behind a figure as a table. ``note`` says what they are."""

    note: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """The headings, and which columns hold numbers."""
        return [(name, place in self.numbers) for place, name in enumerate(self.header)]

    @property
    def cells(self) -> list[list[tuple[Cell, bool]]]:
        return [[(cell, place in self.numbers) for place, cell in enumerate(row)] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as its sheet shows it. ``formula`` has the numbers put in, where it is made of others."""

    measure: Measure
    label: str
    value: Cell
    description: str
    formula: str
    as_of: date | None
    known_on: date | None
    rows: Rows | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rows, as of when: what every table of rows is made from."""

    customer: Customer
    ids: Sequence[int]
    at: AsOf
    today: date
    shown: Shown


def figure_of(customer: Customer, key: str) -> Figure:
    """The latest value of the measure ``key`` with its definition and facts. Raises KeyError for an unknown key."""
    measure, standing = MEASURES[key], _standing(customer)
    today = clock.today()
    asked = Asked(customer, members(customer.pk), AsOf.at(today + timedelta(days=1)), today, shown())
    read = ROWS.get(key)
    return Figure(
        measure=measure,
        label=_said(measure, measure.label, asked),
        value=written(measure, _value(standing, key), asked),
        description=_said(measure, measure.description, asked),
        formula=_formula(key, standing, asked.shown),
        as_of=standing.as_of if standing else None,
        known_on=min(standing.as_of, today) if standing else None,
        rows=read(asked) if read else None,
    )


def written(measure: Measure, value: Any, asked: Asked) -> Cell:
    """A value of a measure as the page writes it; an en dash for a missing one."""
    if value is None:
        return formatting.undefined()
    write = WRITE.get(measure.type, _as_number)
    return write(value, measure, asked)


def _as_number(value: Any, measure: Measure, asked: Asked) -> Cell:
    return formatting.number(value)


def _as_choice(value: Any, measure: Measure, asked: Asked) -> Cell:
    if measure.key == "band":
        return marks.band(value)
    return str(dict(measure.choices).get(value, value))


WRITE: dict[Type, Callable[[Any, Measure, Asked], Cell]] = {
    Type.MONEY: lambda value, _measure, asked: asked.shown.money(value),
    Type.SHARE: lambda value, _measure, _asked: formatting.percent(value),
    Type.DATE: lambda value, _measure, asked: formatting.day(date.fromisoformat(value), asked.today),
    Type.YES_NO: lambda value, _measure, _asked: _("yes") if value else _("no"),
    Type.CHOICE: _as_choice,
}


def _said(measure: Measure, words: Any, asked: Asked) -> str:
    """The words of a measure; those of money name it as it is shown."""
    return asked.shown.say(words) if measure.type == Type.MONEY else str(words)


def _standing(customer: Customer) -> Standing | None:
    return getattr(customer, "standing", None)


def _value(standing: Standing | None, key: str) -> Any:
    return standing.measured.get(key) if standing else None


def _formula(key: str, standing: Standing | None, shown: Shown) -> str:
    if key != "mrr_at_risk" or standing is None or standing.churn_chance is None:
        return ""
    return shown.say(_("%(mrr)s MRR × %(chance)s chance to leave")) % {
        "mrr": shown.plain(standing.mrr),
        "chance": formatting.plain_percent(standing.churn_chance),
    }


def _at(*places: int) -> frozenset[int]:
    return frozenset(places)


def _movements(asked: Asked) -> Rows:
    rows = [
        [
            formatting.day(move.day, asked.today),
            str(move.get_kind_display()).capitalize(),
            formatting.signed(asked.shown.amount(move.after - move.before), 2),
            asked.shown.money(move.after, 2),
        ]
        for move in movements(asked.ids, at=asked.at)
    ]
    header = [_("Day"), _("Movement"), _("Change"), asked.shown.say(_("MRR after"))]
    return Rows(_("The movements that add up to it"), header, rows, _at(2, 3))


def _contracts(asked: Asked) -> Rows:
    rows = [
        [
            str(one.plan or formatting.EN_DASH),
            formatting.day(one.starts_on, asked.today),
            formatting.day(one.term_ends_on, asked.today),
            formatting.number(one.notice_days),
            formatting.day(one.known_on, asked.today),
        ]
        for one in contracts(asked.ids, at=asked.at)
    ]
    header = [_("Plan"), _("Starts"), _("Term ends"), _("Days of notice"), _("Known on")]
    return Rows(_("The subscriptions in force"), header, rows, _at(3))


def _bills(asked: Asked) -> Rows:
    rows = [
        [
            formatting.day(bill.invoice.day, asked.today),
            formatting.day(bill.invoice.due_on, asked.today),
            formatting.money(bill.invoice.amount, bill.invoice.currency),
            formatting.number(bill.days_late) if bill.days_late else formatting.EN_DASH,
        ]
        for bill in bills(asked.ids, at=asked.at)
    ]
    return Rows(_("The latest invoices"), [_("Issued"), _("Due"), _("Amount"), _("Days late")], rows, _at(2, 3))


def _usage(asked: Asked) -> Rows:
    found = features_by_week(asked.customer, asked.at, count=8)
    rows = [[str(one.feature), *(formatting.number(events) for events in one.events)] for one in found]
    firsts = [formatting.day(week.first, asked.today) for week in weeks(asked.customer, asked.at, count=8)]
    return Rows(_("Events a week, by feature"), [_("Feature"), *firsts], rows, _at(*range(1, 9)))


def _touches(asked: Asked) -> Rows:
    logged = Touchpoint.objects.filter(stands(asked.at), asked.at.visible(), customer__in=asked.ids, two_way=True)
    rows = [
        [formatting.day(one.at), str(one.get_kind_display()), str(one.contact or formatting.EN_DASH)]
        for one in logged.select_related("contact").order_by("-at", "-pk")[:12]
    ]
    return Rows(_("The latest two-way contacts: only these count"), [_("Day"), _("Kind"), _("With")], rows)


def _cases(asked: Asked) -> Rows:
    rows = [
        [
            formatting.day(case.ticket.opened_at),
            case.ticket.kind,
            _("yes") if case.escalated else _("no"),
            formatting.day(case.closed_at),
        ]
        for case in cases(asked.customer, at=asked.at, most=20)
    ]
    return Rows(_("The latest tickets"), [_("Opened"), _("Kind"), _("Escalated"), _("Closed")], rows)


def _people(asked: Asked) -> Rows:
    known = people(asked.customer, at=asked.at)
    rows = [
        [str(one), str(one.get_role_display()), formatting.day(one.left_on, asked.today)]
        for one in [*known.active, *known.left]
    ]
    return Rows(_("The people we know"), [_("Name"), _("Role"), _("Left")], rows)


def _answers(asked: Asked) -> Rows:
    rows = [
        [
            formatting.day(one.answered_at),
            str(one.survey),
            formatting.number(one.score),
            str(one.contact or formatting.EN_DASH),
        ]
        for one in answers(asked.customer, asked.at)[:20]
    ]
    return Rows(_("The answers, the latest first"), [_("Day"), _("Survey"), _("Score"), _("Who")], rows)


def _tasks(asked: Asked) -> Rows:
    rows = [
        [item.title or str(item), "; ".join(because(item.reasons, today=asked.today)), formatting.day(item.due_on)]
        for item in live_for(asked.customer.pk)
    ]
    return Rows(_("The open tasks"), [_("Task"), _("Why"), _("Due")], rows)


def _parts(asked: Asked) -> Rows:
    explained = explain_standing(getattr(asked.customer, "standing", None))
    rows = [
        [
            str(part.measure.label),
            write(part.measure, part.value),
            formatting.number(part.points),
            formatting.percent(part.weight, 0),
            formatting.number(part.contribution, 1) if part.measured else _("not measured"),
        ]
        for part in (explained.parts if explained else [])
    ]
    header = [_("Measure"), _("Value"), _("Points"), _("Weight"), _("Gives")]
    return Rows(_("What the score is made of"), header, rows, _at(1, 2, 3, 4))


ROWS: dict[str, Callable[[Asked], Rows]] = {
    **dict.fromkeys(("mrr", "mrr_change_90", "mrr_at_risk"), _movements),
    **dict.fromkeys(("renewal_on", "notice_on", "days_to_renewal", "days_to_notice", "tenure_days"), _contracts),
    **dict.fromkeys(("renews_itself", "leaves_on"), _contracts),
    "overdue_invoices": _bills,
    **dict.fromkeys(
        ("active_days_28", "usage_change_28", "core_adoption_28", "sticky_adoption_28", "last_usage_on"), _usage
    ),
    **dict.fromkeys(("active_users_28", "active_users_change_28"), _usage),
    **dict.fromkeys(("days_since_touch", "last_touch_on"), _touches),
    **dict.fromkeys(("open_tickets", "escalated_tickets_56"), _cases),
    **dict.fromkeys(("active_contacts", "champion_left"), _people),
    **dict.fromkeys(("last_nps", "days_since_nps"), _answers),
    **dict.fromkeys(("score", "band", "coverage", "score_change_30", "churn_chance"), _parts),
    "open_work_items": _tasks,
}
