"""What has changed for a customer since somebody talked with them: what a call begins with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formatting
from core.clock import AsOf
from customers.models import Customer, Standing, Touchpoint
from customers.queries.people import People
from customers.queries.tickets import Case
from desk.queries.charts import Money
from health.queries.history import score_on
from subscriptions.queries.shown import Shown
from surveys.models import Response


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, in words; ``href`` leads to where it stands on the page. ``worse``: not for good."""

    words: str
    href: str
    worse: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """The last talk (None where there was none), and what has changed from its day on."""

    talk: Touchpoint | None
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Known:
    """What the page has read already."""

    standing: Standing | None
    money: Money
    people: People
    answers: Sequence[Response]
    cases: Sequence[Case]
    shown: Shown


def since_talk(customer: Customer, talks: Sequence[Touchpoint], known: Known, *, at: AsOf) -> Since:
    """What has changed since the last of the ``talks``."""
    talk = max(talks, key=lambda one: (one.at, one.pk), default=None)
    if talk is None:
        return Since(None, [])
    return Since(talk, list(_changes(customer, known, talk.day, at.day)))


def _changes(customer: Customer, known: Known, day: date, until: date) -> Iterator[Change]:
    yield from _score(customer, known.standing, day, until)
    yield from _mrr(known.money, known.shown, day)
    yield from _answers(known.answers, day)
    opened = sum(case.ticket.day >= day for case in known.cases)
    if opened:
        words = ngettext("%(count)s ticket opened", "%(count)s tickets opened", opened) % {"count": opened}
        yield Change(words, "#tickets", any(case.escalated for case in known.cases if case.ticket.day >= day))
    late = sum(bill.invoice.due_on >= day for bill in known.money.late)
    if late:
        words = ngettext("%(count)s invoice became overdue", "%(count)s invoices became overdue", late)
        yield Change(words % {"count": late}, "#money", True)
    for one in known.people.left:
        if one.left_on and one.left_on >= day:
            yield Change(_("%(contact)s left") % {"contact": one}, "#people", True)


def _score(customer: Customer, standing: Standing | None, day: date, until: date) -> Iterator[Change]:
    kept = score_on(customer, day, until=until)
    if kept is None or standing is None or standing.score is None:
        return
    before, now = round(kept), round(standing.score)
    if before != now:
        yield Change(_("health %(before)s → %(now)s") % {"before": before, "now": now}, "#health", now < before)


def _mrr(money: Money, shown: Shown, day: date) -> Iterator[Change]:
    moved = sum((one.amount for one in money.moves if one.movement.day >= day), Decimal(0))
    if moved:
        amount = formatting.plain_money(abs(shown.amount(moved)), shown.currency)
        words = _("%(word)s up by %(amount)s") if moved > 0 else _("%(word)s down by %(amount)s")
        yield Change(words % {"word": shown.word, "amount": amount}, "#money", moved < 0)


def _answers(answers: Sequence[Response], day: date) -> Iterator[Change]:
    for one in answers:
        if one.day >= day:
            words = {"score": one.score, "kind": one.survey.kind.upper()}
            yield Change(_("answered %(kind)s with %(score)s") % words, "#answers", one.score <= 6)
