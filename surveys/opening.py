"""What stands behind a figure of the results page: its words with the numbers put in, and its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formatting
from customers.models import Customer
from surveys import labels
from surveys.models import Invitation, Response, Survey
from surveys.pages import HORIZON
from surveys.queries import results
from surveys.queries.nps import Nps
from surveys.queries.results import Asked, opened
from surveys.queries.results.opened import Cut

MOST = 200
CLASSES = ("promoter", "passive", "detractor", "silent")


@dataclass(frozen=True, slots=True)
class Row:
    """``customer`` None: nobody known gave it. ``cells`` stand under the sheet's header, ``words`` beneath."""

    customer: Customer | None
    cells: list[Any]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``count`` rows are behind the figure; ``rows`` are the first of them."""

    label: str
    formula: str
    definition: str
    header: list[str]
    numeric: set[int]
    rows: list[Row]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def sheet(key: str, survey: Survey, asked: Asked, cut: Cut, *, most: int | None = MOST) -> Sheet:
    """The figure ``key``, opened, with at most so many of its rows. KeyError where there is no such figure."""
    return SHEETS[key](survey, asked, cut, most)


def _answers(survey: Survey, asked: Asked, cut: Cut, most: int | None) -> Sheet:
    ids = opened.answers(asked, cut)
    classes = labels.CLASSES[survey.kind]
    told = classes.get(cut.of_class) or (_("Score %(score)s") % {"score": cut.score} if cut.score is not None else "")
    within = results.counted(asked.between(cut.start or asked.start, cut.end or asked.end).answers(), asked)
    whole = not (cut.of_class or cut.score is not None or cut.by)
    return Sheet(
        label=" · ".join(filter(None, [_("Answers"), str(told), cut.value if cut.by else ""])),
        formula=_formula(within) if whole else _count(len(ids)),
        definition=_(
            "Promoters less detractors, of all answers, times 100. Of one invitation the answer known last counts. What"
            " was put aside as a robot's counts nowhere."
        ),
        header=[_("Answered"), _("Score"), _("Class"), _("Contact"), _("Came")],
        numeric={1},
        rows=_answer_rows(ids[:most], survey),
        count=len(ids),
    )


def _answer_rows(ids: np.ndarray, survey: Survey) -> list[Row]:
    found = Response.objects.select_related("customer", "contact", "text").in_bulk([int(one) for one in ids])
    classes = labels.CLASSES[survey.kind]
    return [
        Row(
            one.customer,
            [
                one.day,
                one.score,
                str(classes[labels.class_of(survey.kind, one.score)]),
                one.contact.name if one.contact else _("nobody known"),
                one.get_channel_display(),
            ],
            one.text.body if one.text else "",
        )
        for pk in ids
        for one in [found[int(pk)]]
    ]


def _sent(survey: Survey, asked: Asked, cut: Cut, most: int | None) -> Sheet:
    ids, answered = opened.invitations(asked)
    found = Invitation.objects.select_related("customer", "contact").in_bulk([int(one) for one in ids[:most]])
    return Sheet(
        label=_("Asked in these days"),
        formula=_("%(answered)s ÷ %(sent)s answered")
        % {"answered": formatting.plain(int(answered.sum())), "sent": formatting.plain(len(ids))},
        definition=_(
            "Invitations of the programme that were sent in these days and did not come back; uncertain ones count as"
            " sent."
        ),
        header=[_("Sent"), _("Contact"), _("Answered")],
        numeric=set(),
        rows=[
            Row(one.customer, [one.day, one.contact.name if one.contact else "", _("yes") if yes else _("no")])
            for pk, yes in zip(ids[:most], answered, strict=False)
            for one in [found[int(pk)]]
        ],
        count=len(ids),
    )


def _money(survey: Survey, asked: Asked, cut: Cut, most: int | None) -> Sheet:
    customers, mrr, answering = opened.money(asked)
    named = Customer.objects.in_bulk([int(one) for one in customers[:most]])
    return Sheet(
        label=_("MRR that answered"),
        formula=f"{formatting.plain(float(mrr[answering].sum()), 2)} ÷ {formatting.plain(float(mrr.sum()), 2)}",
        definition=_(
            "The MRR of customers of whom a known contact answered, of all MRR in view at the end of the period."
        ),
        header=[_("MRR"), _("Answered")],
        numeric={0},
        rows=[
            Row(named[int(pk)], [round(float(amount), 2), _("yes") if yes else _("no")])
            for pk, amount, yes in zip(customers[:most], mrr, answering, strict=False)
        ],
        count=len(customers),
    )


def _later(survey: Survey, asked: Asked, cut: Cut, most: int | None) -> Sheet:
    found = opened.later(asked, cut.of_class, horizon=HORIZON)
    named = Customer.objects.in_bulk([one.customer for one in found[:most]])
    lost = sum(one.left is not None for one in found)
    names = {**labels.CLASSES[survey.kind], "silent": labels.SILENT}
    return Sheet(
        label=_("%(class)s: what they did later") % {"class": names[cut.of_class]},
        formula=_("%(lost)s ÷ %(all)s left") % {"lost": formatting.plain(lost), "all": formatting.plain(len(found))},
        definition=_(
            "Customers by the class of their last answer in the period, and who left within %(days)s days of it. Only"
            " answers that are so many days old count."
        )
        % {"days": HORIZON},
        header=[_("Since"), _("Left")],
        numeric=set(),
        rows=[Row(named[one.customer], [one.since, one.left or _("still here")]) for one in found[:most]],
        count=len(found),
    )


def _formula(nps: Nps) -> str:
    """``100 × (40 − 10) ÷ 80``."""
    names = [formatting.plain(one) for one in (nps.promoters, nps.detractors, nps.answers)]
    return "100 × ({} − {}) ÷ {}".format(*names)


def _count(number: int) -> str:
    return ngettext("%(count)s answer", "%(count)s answers", number) % {"count": formatting.plain(number)}


Make = Callable[[Survey, Asked, Cut, int | None], Sheet]
SHEETS: dict[str, Make] = {"answers": _answers, "sent": _sent, "money": _money, "later": _later}


def as_rows(one: Sheet) -> Iterable[Sequence[Any]]:
    """The rows for a file."""
    yield [_("Customer"), *one.header, _("Comment")]
    for row in one.rows:
        yield [row.customer.name if row.customer else "", *row.cells, row.words]
