"""The row of figures at the head of the customer's page: what, how much, compared with what. Each opens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formatting, marks
from customers.models import Standing
from desk.queries.charts import Money, Usage
from subscriptions.queries.shown import Shown
from surveys.models import Response


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ``key`` is the measure that its sheet explains."""

    key: str
    label: str
    value: SafeString | str
    note: str = ""
    spark: SafeString | str = ""


def strip_of(
    *, standing: Standing, money: Money, usage: Usage, answer: Response | None, today: date, shown: Shown
) -> Iterator[Figure]:
    """Health, MRR, risk, renewal, usage, NPS, last contact."""
    yield _health(standing)
    yield Figure("mrr", shown.word, shown.money(standing.mrr), _mrr_note(standing, shown), money.spark)
    yield _risk(standing, shown)
    yield _renewal(standing, today)
    yield _usage(standing, usage, today)
    yield _answer(answer, today)
    yield Figure(
        "last_touch_on", _("Last contact"), formatting.day(standing.last_touch_on, today), _touch_note(standing)
    )


def _health(standing: Standing) -> Figure:
    score = None if standing.score is None else formatting.plain(standing.score)
    notes = []
    if (change := standing.points_change_30) is not None:
        notes.append(_("%(change)s in 30 days") % {"change": _signed(change)})
    if standing.coverage is not None:
        notes.append(_("coverage %(share)s") % {"share": formatting.plain_percent(standing.coverage, 0)})
    return Figure("score", _("Health"), marks.band(standing.band, score), " · ".join(notes))


def _mrr_note(standing: Standing, shown: Shown) -> str:
    change = standing.measured.get("mrr_change_90")
    if not change:
        return _("no change in 90 days")
    return _("%(change)s in 90 days") % {"change": _signed(shown.amount(change))}


def _risk(standing: Standing, shown: Shown) -> Figure:
    chance = standing.churn_chance
    note = _("%(share)s chance to leave") % {"share": formatting.plain_percent(chance, 0)} if chance is not None else ""
    return Figure("mrr_at_risk", shown.say(_("MRR at risk")), shown.money(standing.mrr_at_risk), note)


def _renewal(standing: Standing, today: date) -> Figure:
    note = ""
    if standing.notice_on:
        away = (standing.notice_on - today).days
        note = (_("notice %(when)s") if away >= 0 else _("notice was due %(when)s")) % {
            "when": formatting.distance(away)
        }
    return Figure("renewal_on", _("Renewal"), formatting.day(standing.renewal_on, today), note)


def _usage(standing: Standing, usage: Usage, today: date) -> Figure:
    users, days = standing.measured.get("active_users_28"), standing.measured.get("active_days_28")
    drawn: SafeString | str = formatting.number(users if users is not None else days)
    label = _("Active users, 4 weeks") if users is not None else _("Days in use, of 28")
    return Figure("active_users_28" if users is not None else "active_days_28", label, drawn, _fed(usage, today))


def _fed(usage: Usage, today: date) -> str:
    """How fresh the data is: it stands beside every figure of usage."""
    if usage.feed is None:
        return _("no usage data")
    when = formatting.distance((usage.feed.last_on - today).days)
    return (_("data from %(when)s") if usage.feed.alive else _("feed silent since %(when)s")) % {"when": when}


def _answer(answer: Response | None, today: date) -> Figure:
    if answer is None:
        return Figure("last_nps", _("NPS answer"), formatting.number(None), _("nobody answered yet"))
    when = formatting.distance((answer.day - today).days)
    return Figure("last_nps", _("NPS answer"), formatting.number(answer.score), _("of 10, %(when)s") % {"when": when})


def _touch_note(standing: Standing) -> str:
    count = standing.measured.get("active_contacts")
    if count is None:
        return ""
    return ngettext("%(count)s active contact", "%(count)s active contacts", int(count)) % {
        "count": formatting.plain(count)
    }


def _signed(value: Decimal | float) -> str:
    text = formatting.plain(value)
    return text if text.startswith(formatting.MINUS) or text == "0" else f"+{text}"
