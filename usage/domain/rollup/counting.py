"""From events to days of usage, by position: what is counted is counted once, however often this runs or is killed.

One stretch of events is one transaction: they are added up by who, what and which day in one pass, and everything
after that works on the sums.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import clock
from usage.domain import mapping
from usage.domain.rollup import people, resolving, waiting, writing
from usage.domain.rollup.position import Stretch, following, held, move
from usage.models import EventName, IntakeSettings, RollupPosition

MOST = 10_000_000
WHO = (
    "source_id, COALESCE(person, 0) AS person, COALESCE(group_id, '') AS group_id,"
    " COALESCE(context_id, '') AS context_id, COALESCE(trait_id, '') AS trait_id, COALESCE(domain, '') AS domain,"
    " COALESCE(email, 0) AS email"
)
# Groups by place: 1 to 7 say who, then the name, the feature that a property chose, and the day.
SUMS = """
CREATE TEMP TABLE rollup_sum ON COMMIT DROP AS
SELECT {who}, name, {chosen} AS chosen, (at AT TIME ZONE %s)::date AS day, count(*)::int AS events
FROM usage_rawevent WHERE {stretch} AND kind IN ('track', 'page', 'screen') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
NAMES = """
UPDATE usage_eventname n SET events = n.events + s.events, first_on = LEAST(n.first_on, s.first),
                             last_on = GREATEST(n.last_on, s.last)
FROM (SELECT name, sum(events) AS events, min(day) AS first, max(day) AS last FROM rollup_sum GROUP BY 1) s
WHERE n.name = s.name
"""
FILL_WHO = f"INSERT INTO rollup_who ({resolving.WHO}) SELECT DISTINCT {resolving.WHO} FROM rollup_sum"
# Chosen by a property (0: none of them holds), else by the name.
FEATURE = "COALESCE(NULLIF(s.chosen, 0), n.feature_id)"
FILL_KNOWN = f"""
INSERT INTO rollup_known (source_id, customer_id, feature_id, person, day, events)
SELECT w.source_id, w.customer_id, {FEATURE}, w.is_person, s.day, s.events
FROM rollup_sum s JOIN rollup_who w USING ({resolving.WHO}) LEFT JOIN usage_eventname n ON n.name = s.name
WHERE w.customer_id IS NOT NULL
"""
# Whether nobody stands there twice with one feature and day: each of them is one person of one customer and source,
# and each name a feature that no other is.
ONCE = """
SELECT (SELECT count(DISTINCT source_id) < 2 AND count(*) = count(DISTINCT (customer_id, is_person))
        FROM rollup_who WHERE customer_id IS NOT NULL)
   AND (SELECT count(feature_id) = count(DISTINCT feature_id) AND NOT bool_or(plan <> '[]') FROM usage_eventname)
"""
FILL_FED = "INSERT INTO rollup_fed SELECT DISTINCT source_id, day FROM rollup_sum"


def count_all(*, at: datetime) -> int:
    """Count what has arrived until nothing is left. Returns how many stretches that took."""
    done = 0
    while count(at=at):
        done += 1
    return done


@transaction.atomic
def count(*, at: datetime, most: int = MOST) -> bool:
    """Count the next events. False when there are none, or another worker is at it."""
    position = held()
    stretch = following(position, most=most) if position else None
    if position is None or stretch is None:
        return False
    settings = IntakeSettings.current()
    people.learn(stretch)
    with connection.cursor() as cursor:
        writing.make_tables(cursor)
        _sum_up(cursor, stretch)
        _name(cursor, own=settings.own_features)
        cursor.execute(FILL_WHO)
        resolving.resolve(settings.identify_by)
        cursor.execute(FILL_KNOWN)
        cursor.execute(FILL_FED)
        cursor.execute(ONCE)
        writing.write(cursor, at=at, once=cursor.fetchone()[0])
        waiting.keep(cursor)
    move(position, stretch, at=at)
    return True


def is_behind() -> bool:
    """Whether events wait to be counted."""
    position = RollupPosition.objects.filter(pk=1).first() or RollupPosition()
    return following(position, most=1) is not None


def _sum_up(cursor: Any, stretch: Stretch) -> None:
    chosen, values = mapping.by_property(EventName.objects.exclude(plan=[]).values_list("name", "plan"))
    cursor.execute("SET LOCAL work_mem = '256MB'")
    cursor.execute("DROP TABLE IF EXISTS pg_temp.rollup_sum")
    cursor.execute(
        SUMS.format(who=WHO, chosen=chosen, stretch=stretch.sql), [*values, clock.zone().key, *stretch.values]
    )
    cursor.execute("ANALYZE rollup_sum")


def _name(cursor: Any, *, own: bool) -> None:
    """Have every name in the list of names. Those with rules by property were summed up as if they had none."""
    cursor.execute("SELECT name, min(day), max(day) FROM rollup_sum GROUP BY 1")
    mapping.make_names({name: (first, last) for name, first, last in cursor.fetchall()}, by_themselves=own)
    cursor.execute(NAMES)
