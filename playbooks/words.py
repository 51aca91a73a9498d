"""The reasons of a work item in words, in the reader's language. Plain text comes back, without a full stop."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formatting import EN_DASH, THIN, distance, plain
from customers.models import Standing
from customers.registry import MEASURES, Type
from playbooks.models import WorkItem

Reason = dict[str, Any]
Say = Callable[[Reason, date], str]


def title(item: WorkItem) -> str:
    """What there is to do. Titles of the rules that come with Holdfast are translated."""
    return _(item.title) if item.title else (item.text.body if item.text else _("Task"))


def say(reason: Reason, *, today: date) -> str:
    """One reason: ``active users 41 → 19 in 4 weeks``, ``last day to give notice in 12 days (4 Dec)``."""
    return SENTENCES.get(reason["key"], _plain)(reason, today)


def because(reasons: list[Reason], *, today: date, standing: Standing | None = None) -> list[str]:
    """All reasons of an item, in their order. The score is told as it stands in ``standing``, which is shown beside."""
    renewal = next((reason["value"] for reason in reasons if reason["key"] == "renewal_on"), None)
    return [
        say(_as_it_stands(reason, standing), today=today)
        for reason in reasons
        if not (renewal and reason["key"] == "notice_on" and reason["value"] > renewal)  # that of the renewal after
    ]


def _as_it_stands(reason: Reason, standing: Standing | None) -> Reason:
    if reason["key"] != "score" or standing is None or standing.score is None or standing.score_change_30 is None:
        return reason
    return reason | {"value": standing.score, "before": standing.score - standing.score_change_30, "days": 30}


def _score(reason: Reason, today: date) -> str:
    if "before" not in reason or plain(reason["before"]) == plain(reason["value"]):
        return _("health %(now)s") % {"now": plain(reason["value"])}
    return _("health %(before)s → %(now)s in %(days)s days") % _moved(reason)


def _active_users(reason: Reason, today: date) -> str:
    if "before" in reason:
        return _("active users %(before)s → %(now)s in %(weeks)s weeks") % _moved(reason)
    count = reason["value"]
    return ngettext("%(count)s active user in 4 weeks", "%(count)s active users in 4 weeks", int(count)) % {
        "count": plain(count)
    }


def _active_days(reason: Reason, today: date) -> str:
    if "before" in reason:
        return _("days in use %(before)s → %(now)s of 28") % _moved(reason)
    return _("in use on %(now)s of 28 days") % {"now": plain(reason["value"])}


def _usage_change(reason: Reason, today: date) -> str:
    share = reason["value"]
    words = {"share": f"{plain(abs(share) * 100)}{THIN}%"}
    if share < 0:
        return _("usage down %(share)s on the 4 weeks before") % words
    return _("usage up %(share)s on the 4 weeks before") % words


def _core_adoption(reason: Reason, today: date) -> str:
    if "before" in reason:
        return _("core features in use %(before)s → %(now)s in %(weeks)s weeks") % _moved(reason, share=True)
    return _("uses %(now)s of the core features") % {"now": _percent(reason["value"])}


def _renewal(reason: Reason, today: date) -> str:
    return _dated(reason, today, ahead=_("renews %(when)s (%(day)s)"), past=_("was to renew %(when)s (%(day)s)"))


def _notice(reason: Reason, today: date) -> str:
    return _dated(
        reason,
        today,
        ahead=_("last day to give notice %(when)s (%(day)s)"),
        past=_("last day to give notice was %(when)s (%(day)s)"),
    )


def _leaves(reason: Reason, today: date) -> str:
    return _dated(
        reason, today, ahead=_("gave notice, leaves %(when)s (%(day)s)"), past=_("gave notice, left %(when)s (%(day)s)")
    )


def _last_touch(reason: Reason, today: date) -> str:
    return _dated(reason, today, ahead=_("last contact %(when)s (%(day)s)"), past=_("last contact %(when)s (%(day)s)"))


def _last_usage(reason: Reason, today: date) -> str:
    return _dated(reason, today, ahead=_("last used %(when)s (%(day)s)"), past=_("last used %(when)s (%(day)s)"))


def _overdue(reason: Reason, today: date) -> str:
    count = int(reason["value"])
    return ngettext("%(count)s invoice overdue", "%(count)s invoices overdue", count) % {"count": plain(count)}


def _escalated(reason: Reason, today: date) -> str:
    count = int(reason["value"])
    return ngettext("%(count)s ticket escalated in 8 weeks", "%(count)s tickets escalated in 8 weeks", count) % {
        "count": plain(count)
    }


def _champion(reason: Reason, today: date) -> str:
    return _("the champion left")


def _contacts(reason: Reason, today: date) -> str:
    count = int(reason["value"])
    return ngettext("only %(count)s active contact", "%(count)s active contacts", count) % {"count": plain(count)}


def _score_given(reason: Reason, today: date) -> str:
    return _("answered %(score)s") % {"score": plain(reason["value"])}


def _answer(reason: Reason, today: date) -> str:
    if "ago" not in reason:
        return _("gave %(score)s of 10") % {"score": plain(reason["value"])}
    answered = date.fromisoformat(reason["as_of"]) - timedelta(days=int(reason["ago"]))
    return _("gave %(score)s of 10, %(when)s") % {
        "score": plain(reason["value"]),
        "when": distance((answered - today).days),
    }


def _tenure(reason: Reason, today: date) -> str:
    since = date.fromisoformat(reason["as_of"]) - timedelta(days=int(reason["value"]))
    return _("customer for %(days)s days") % {"days": plain((today - since).days)}


def _stage(reason: Reason, today: date) -> str:
    return _("stage “%(stage)s”") % {"stage": str(reason["value"]).replace("_", " ").capitalize()}


def _plain(reason: Reason, today: date) -> str:
    """What a measure without a sentence of its own says: its name and value."""
    one = MEASURES.get(reason["key"])
    if one is None:
        return f"{reason['key'].removeprefix('attribute.')}: {reason['value']}"
    return pgettext("a measure and its value", "%(measure)s: %(value)s") % {
        "measure": str(one.label),
        "value": value_in_words(one.type, reason["value"], today),
    }


def value_in_words(type: Type, value: Any, today: date) -> str:
    """The value of a measure as plain text: an en dash for none."""
    if value is None:
        return EN_DASH
    if type == Type.DATE:
        on = date.fromisoformat(value)
        return f"{short_day(on, today)}"
    if type == Type.YES_NO:
        return _("yes") if value else _("no")
    if type == Type.SHARE:
        return _percent(value)
    return str(value) if type == Type.CHOICE else plain(value)


def short_day(on: date, today: date) -> str:
    """``4 Dec``, with the year where it is not this one."""
    return date_format(on, "j M" if on.year == today.year else "j M Y")


def _dated(reason: Reason, today: date, *, ahead: str, past: str) -> str:
    on = date.fromisoformat(reason["value"])
    away = (on - today).days
    return (ahead if away >= 0 else past) % {"when": distance(away), "day": short_day(on, today)}


def _moved(reason: Reason, *, share: bool = False) -> dict[str, str]:
    write = _percent if share else plain
    days = reason["days"]
    return {
        "before": write(reason["before"]),
        "now": write(reason["value"]),
        "days": plain(days),
        "weeks": plain(days / 7),
    }


def _override(reason: Reason, today: date) -> str:
    return _("your own score of %(score)s ended on %(day)s") % {
        "score": plain(reason["value"]),
        "day": date_format(date.fromisoformat(reason["day"]), "j M"),
    }


def _percent(share: float) -> str:
    return f"{plain(share * 100)}{THIN}%"


SENTENCES: dict[str, Say] = {
    "score": _score,
    "active_users_28": _active_users,
    "active_days_28": _active_days,
    "usage_change_28": _usage_change,
    "core_adoption_28": _core_adoption,
    "renewal_on": _renewal,
    "notice_on": _notice,
    "leaves_on": _leaves,
    "last_touch_on": _last_touch,
    "last_usage_on": _last_usage,
    "overdue_invoices": _overdue,
    "escalated_tickets_56": _escalated,
    "champion_left": _champion,
    "active_contacts": _contacts,
    "answer": _score_given,
    "override": _override,
    "last_nps": _answer,
    "tenure_days": _tenure,
    "attribute.stage": _stage,
}
