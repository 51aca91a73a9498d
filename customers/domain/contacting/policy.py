"""The rules, as pure functions of what is known of one contact."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from customers.models import Contact, ContactPolicy
from customers.queries.contacting import Known

LOOK_AGAIN = timedelta(days=3)  # at an escalation that is open: nobody knows when it ends


class Nature(StrEnum):
    """Service mail goes unless it was declined; marketing only where it was agreed to."""

    SERVICE = "service"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it go? ``reason`` is empty if so. Else ``may_go_at`` says from when on, None for never."""

    reason: str = ""
    may_go_at: datetime | None = None

    @property
    def goes(self) -> bool:
        return not self.reason


GOES = Verdict()


def decide(
    known: Known, *, policy: ContactPolicy, at: datetime, nature: str = Nature.SERVICE, reminder: bool = False
) -> Verdict:
    """Whether a mail may go to this contact at ``at``, or why not and from when on.

    Reminders are held by mails about other things, never by the mail that they remind of.
    """
    if never := _never(known, nature):
        return Verdict(never)
    waits = _waits(known, policy, at, reminder)
    until, reason = max(waits, default=(at, ""))
    opens = next_open(until, policy=policy, zone=known.zone)
    if opens > until and not reason:
        reason = "quiet"
    return Verdict(reason, opens) if reason else GOES


def _never(known: Known, nature: str) -> str:
    if not known.has_address:
        return "no_address"
    if known.left:
        return "left"
    if known.suppressed:
        return known.suppressed
    if known.consent == Contact.Consent.WITHDRAWN:
        return "withdrawn"
    if nature == Nature.MARKETING and known.consent != Contact.Consent.GIVEN:
        return "no_consent"
    return ""


def _waits(known: Known, policy: ContactPolicy, at: datetime, reminder: bool) -> list[tuple[datetime, str]]:
    clocks = [(known.last_other, policy.overall_days, "clock_overall")]
    if not reminder:
        clocks += [(known.last_about, policy.overall_days, "clock_overall")]
        clocks += [(known.last_same, policy.survey_days, "clock_survey")]
    ends = [(last + timedelta(days=days), reason) for last, days, reason in clocks if last]
    if known.escalated:
        ends.append((at + LOOK_AGAIN, "escalation"))
    return [(end, reason) for end, reason in ends if end > at]


def next_open(at: datetime, *, policy: ContactPolicy, zone: str) -> datetime:
    """The first instant from ``at`` on that lies in the hours and on the days when people may be written to."""
    here = _zone(zone)
    local = at.astimezone(here)
    quiet = set(policy.quiet_weekdays)
    if len(quiet) >= 7:
        quiet = set()
    if policy.from_hour <= local.hour < policy.until_hour and local.weekday() not in quiet:
        return at
    day = local.date() if local.hour < policy.from_hour else local.date() + timedelta(days=1)
    while day.weekday() in quiet:
        day += timedelta(days=1)
    return datetime.combine(day, time(policy.from_hour), tzinfo=here).astimezone(at.tzinfo)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
