"""The mail of the morning: what somebody was told since the last one and has not read, once a day of theirs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Notice, User
from accounts.queries.notices import Told, said
from core import jobs
from core.domain import mail as outbox
from core.domain.mail import Later, Never, NewMail, Outgoing
from core.models import Mail, Slot

KIND = "accounts.digest"
MORNING, NOON = time(7), time(12)
LISTED = 25


def look(*, at: datetime) -> int:
    """Have the mails made of every time zone in which it is morning by now. Returns how many zones are new today.

    A slot for each zone and morning: any number of lookers open it once. A morning that was missed until noon is left
    to the next one.
    """
    due = dict(_mornings(at))
    begins = {zone: _begins(zone, day) for zone, day in due.items()}
    names = {zone: f"digest {zone}" for zone in due}
    slots = Slot.objects.filter(name__in=names.values(), starts_at__in=begins.values())
    kept = set(slots.values_list("name", "starts_at"))
    new = [zone for zone in due if (names[zone], begins[zone]) not in kept]
    return sum(_open(zone, names[zone], begins[zone], due[zone]) for zone in new)


def _mornings(at: datetime) -> Iterator[tuple[str, date]]:
    waiting = Notice.objects.filter(in_digest=True, mailed_on=None, read_at=None)
    for zone in waiting.order_by().values_list("user__time_zone", flat=True).distinct():
        local = at.astimezone(ZoneInfo(zone))
        if MORNING <= local.time() < NOON:
            yield zone, local.date()


def _begins(zone: str, day: date) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone))


@transaction.atomic
def _open(zone: str, name: str, starts_at: datetime, day: date) -> bool:
    _slot, opened = Slot.objects.get_or_create(name=name, starts_at=starts_at)
    if opened:
        jobs.enqueue(kind=KIND, key=f"{zone} {day}", payload={"zone": zone, "day": f"{day}"})
    return opened


@transaction.atomic
def make(*, zone: str, day: date) -> int:
    """Put the mails of a zone's morning into the outbox, and mark what they hold as mailed. Returns how many mails.

    Nothing to say, no mail; nothing is in two of them, and nobody gets two on one day.
    """
    had = Notice.objects.filter(mailed_on=day).values("user")
    waiting = Notice.objects.filter(in_digest=True, mailed_on=None, read_at=None, at__lt=_begins(zone, day))
    theirs = waiting.filter(user__time_zone=zone, user__is_active=True).exclude(user__in=had)
    rows = list(theirs.select_for_update(of=("self",)).values_list("pk", "user"))
    Notice.objects.filter(pk__in=[pk for pk, _user in rows]).update(mailed_on=day)
    users = sorted({user for _pk, user in rows})
    expires = _begins(zone, day) + timedelta(hours=17)
    mails = [
        NewMail(kind=KIND, key=f"{KIND}:{user}:{day}", payload={"user": user, "day": f"{day}"}, expires_at=expires)
        for user in users
    ]
    outbox.post(mails=mails)
    return len(mails)


@outbox.kind(KIND)
class Digest:
    """Made when it leaves, in the reader's language; not sent to who may no longer sign in."""

    def gather(self, mails: Sequence[Mail]) -> dict[int, User]:
        return User.objects.filter(is_active=True).in_bulk([mail.payload["user"] for mail in mails])

    def release(self, mail: Mail, gathered: dict[int, User], at: datetime) -> Outgoing | Later | Never:
        user = gathered.get(mail.payload["user"])
        if user is None:
            return Never("left")
        rows = Notice.objects.filter(user=user, mailed_on=mail.payload["day"]).order_by("-at", "-id")
        told = said(rows)
        if not told:
            return Never("nothing")
        with translation.override(user.language):
            return written(user, told)

    def settled(self, mail: Mail, state: str, at: datetime) -> None:
        """Nothing hangs on it: all that it says stands in the app."""


def written(user: User, told: Sequence[Told]) -> Outgoing:
    """The mail to a user, in the language that is active."""
    subject = ngettext("%(count)s notification", "%(count)s notifications", len(told)) % {"count": len(told)}
    context = {
        "user": user,
        "subject": subject,
        "told": told[:LISTED],
        "more": max(0, len(told) - LISTED),
        "site": settings.SITE_URL,
        "home": f"{settings.SITE_URL}/",
        "preferences": f"{settings.SITE_URL}{reverse('preferences')}",
    }
    html = _inliner().inline(render_to_string("accounts/mail/digest.html", context))
    return Outgoing(
        to=user.email,
        subject=_("Holdfast: %(what)s") % {"what": subject},
        text=render_to_string("accounts/mail/digest.txt", context),
        html=html,
        headers={"Auto-Submitted": "auto-generated"},
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    style = (Path(__file__).parent.parent / "templates/accounts/mail/digest.css").read_text()
    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False, extra_css=style)
