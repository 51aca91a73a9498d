from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from core.models import Company


@dataclass(frozen=True, slots=True)
class AsOf:
    """The state at 00:00 of ``day`` in the company's zone, by what was known at 00:00 of ``known_on``.

    A fact is visible when ``fact.day < day`` and ``fact.known_on < known_on``: what was recorded during a day
    is not yet known at its start. So a figure as of D is the same whether it is computed on D or years later.
    """

    day: date
    known_on: date

    @classmethod
    def at(cls, day: date, *, known_on: date | None = None) -> "AsOf":
        return cls(day, known_on or day)

    @classmethod
    def live(cls) -> "AsOf":
        """As of tomorrow: all of today's facts count. Provisional, never stored as history."""
        return cls.at(today() + timedelta(days=1))

    def window(self, days: int) -> tuple[date, date]:
        """The ``days`` days before ``day``: first day included, last excluded."""
        return self.day - timedelta(days=days), self.day

    def visible(self, prefix: str = "") -> Q:
        """The condition on a fact table (or, with ``prefix``, a joined one) for a fact to count."""
        return Q(**{f"{prefix}day__lt": self.day, f"{prefix}known_on__lt": self.known_on})

    def known(self, prefix: str = "") -> Q:
        """The condition for a fact to be known, whatever day it is about."""
        return Q(**{f"{prefix}known_on__lt": self.known_on})


def now() -> datetime:
    return datetime.now(UTC)


_zone: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


def zone() -> ZoneInfo:
    """The one zone that decides every day."""
    return _zone.get() or ZoneInfo(Company.current().time_zone)


@contextmanager
def company_time(known: str | None = None) -> Iterator[None]:
    """Inside the block the zone is read once, or ``known`` by its name, and instants are shown in it."""
    here = ZoneInfo(known) if known else zone()
    token = _zone.set(here)
    try:
        with timezone.override(here):
            yield
    finally:
        _zone.reset(token)


def today(at: datetime | None = None) -> date:
    """The company's day of ``at`` (now, unless given)."""
    return (at or now()).astimezone(zone()).date()
