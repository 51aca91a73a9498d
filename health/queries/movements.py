"""Who moved from which band to which in a month, by the scores as they were computed then."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db import connection

from accounts.models import User
from customers.models import Band, Customer

LAST = 900
SCORED = (Band.RISK, Band.WATCH, Band.GOOD)
# A row stands until the next one of its customer; without a version the customer was not scored.
MOVED = """
    WITH spans AS (
        SELECT s.customer_id, s.day, lead(s.day) OVER w AS until,
               CASE WHEN s.version_id IS NULL THEN '' ELSE s.band END AS band
        FROM health_score s {mine} WINDOW w AS (PARTITION BY s.customer_id ORDER BY s.day)
    ), ends AS (
        SELECT m.month, s.customer_id, s.band
        FROM unnest(%(months)s::date[]) AS m (month)
        JOIN spans s ON s.day <= m.month AND (s.until IS NULL OR s.until > m.month)
    ), starts AS (
        SELECT a.month, a.customer_id, a.band, (SELECT min(b.month) FROM unnest(%(months)s::date[]) AS b (month)
               WHERE b.month > a.month) AS next FROM ends a
    )
    SELECT {what}
    FROM starts a LEFT JOIN ends b ON b.month = a.next AND b.customer_id = a.customer_id
    LEFT JOIN customers_standing st ON st.customer_id = a.customer_id
    WHERE a.next IS NOT NULL AND a.band <> COALESCE(b.band, '') {narrowed}
    {group}
"""


@dataclass(frozen=True, slots=True)
class Move:
    """``customers`` who were in ``before`` when the month began and in ``after`` when it ended; "" is not scored.

    ``mrr`` is what they pay now.
    """

    month: date
    before: str
    after: str
    customers: int
    mrr: Decimal

    @property
    def worse(self) -> bool:
        """From one of the three bands to a lower one."""
        return _rank(self.before) > _rank(self.after) >= 0

    @property
    def better(self) -> bool:
        return _rank(self.after) > _rank(self.before) >= 0


def _rank(band: str) -> int:
    return SCORED.index(Band(band)) if band in SCORED else -1


def months_before(today: date, count: int = 12) -> list[date]:
    """The first days of the last ``count`` months, the running one last, and today as its end so far."""
    found, first = [], today.replace(day=1)
    for _n in range(count):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return [*reversed(found), *([today] if today.day > 1 else [])]


def moves(user: User, today: date, count: int = 12) -> list[Move]:
    """By month, the moves between bands of the customers that ``user`` sees. Minutes old at most."""
    key = f"health.moves:{user.pk}:{user.role}:{today}:{count}"
    found = cache.get_or_set(key, lambda: _moves(user, months_before(today, count)), LAST) or []
    return [Move(*row) for row in found]


def _moves(user: User, months: list[date]) -> list[tuple[object, ...]]:
    what = "a.month, a.band, COALESCE(b.band, ''), count(*)::int, COALESCE(sum(st.mrr), 0)"
    text = MOVED.format(mine=_mine(user), what=what, narrowed="", group="GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
    with connection.cursor() as cursor:
        cursor.execute(text, {"months": months, "customers": _customers(user)})
        return cursor.fetchall()


def who_moved(user: User, today: date, *, month: date, pairs: list[tuple[str, str]]) -> list[tuple[int, str, str]]:
    """Ids with their band before and after, of those who made one of the moves in ``month``."""
    text = MOVED.format(
        mine=_mine(user),
        what="a.customer_id, a.band, COALESCE(b.band, '')",
        narrowed="AND (a.band || '>' || COALESCE(b.band, '')) = ANY(%(pairs)s) AND a.month = %(month)s",
        group="ORDER BY st.mrr DESC NULLS LAST, 1 LIMIT 500",
    )
    months = months_before(today, 120)
    ends = [one for one in months if one >= month][:2]
    with connection.cursor() as cursor:
        cursor.execute(
            text,
            {"months": ends, "month": month, "pairs": [f"{a}>{b}" for a, b in pairs], "customers": _customers(user)},
        )
        return cursor.fetchall()


def _customers(user: User) -> list[int]:
    return [] if user.sees_everything else list(Customer.objects.visible_to(user).values_list("pk", flat=True))


def _mine(user: User) -> str:
    return "" if user.sees_everything else "WHERE s.customer_id = ANY(%(customers)s)"
