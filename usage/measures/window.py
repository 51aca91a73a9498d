"""Usage as health reads it: of customers whose feed is alive. A silent customer on a live feed is 0, not missing.

A row of usage adds to those of the same customer, feature and day, so that a correction may take back what an earlier
row gave. What is counted in days or features is therefore summed by day first, where a customer has such rows; for all
others one pass over the window does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from customers.registry import Better, Measure, Scope, Sql, Type, measures
from usage.domain import features
from usage.domain.partitions import following, months
from usage.models import Feature

WINDOW = 28
ALIVE = 7
LOOKED_BACK = 731  # days: a customer who has been silent for longer has no last use
CHUNK = 63  # features that fit into one bigint


@measures(
    Measure(
        "active_days_28",
        _("Active days"),
        Type.DAYS,
        Better.MORE,
        description=_("Days with any use, of the last 28. Zero, where the customer is silent on a live feed."),
    ),
    Measure(
        "usage_change_28",
        _("Change of usage"),
        Type.SHARE,
        Better.MORE,
        description=_("Events of the last 28 days against the customer's own 28 days before; nothing then: undefined."),
    ),
    Measure(
        "core_adoption_28",
        _("Core features used"),
        Type.SHARE,
        Better.MORE,
        description=_("Share of the core features that were used in the last 28 days."),
    ),
    Measure(
        "sticky_adoption_28",
        _("Sticky features used"),
        Type.SHARE,
        Better.MORE,
        description=_("Share of the sticky features that were used in the last 28 days."),
    ),
    Measure(
        "breadth_28",
        _("Features used"),
        Type.NUMBER,
        Better.MORE,
        description=_("How many different features were used in the last 28 days. Zero for the silent on a live feed."),
    ),
    Measure(
        "usage_change_7",
        _("Change of usage in a week"),
        Type.SHARE,
        Better.MORE,
        description=_("Events of the last 7 days against the 7 days before; nothing then: undefined."),
    ),
    Measure(
        "errors_28",
        _("Errors"),
        Type.NUMBER,
        Better.LESS,
        description=_(
            "Errors of the last 28 days: those that usage brought along, and events of features of that kind."
        ),
    ),
    Measure(
        "events_28",
        _("Events"),
        Type.NUMBER,
        Better.MORE,
        description=_("Events of the last 28 days, over all features. Missing, where the feed is silent."),
    ),
    Measure(
        "last_usage_on",
        _("Last used"),
        Type.DATE,
        Better.MORE,
        description=_("The last day with any use, of the last two years; whether the feed is alive or not."),
    ),
)
def usage_of_28_days(at: Scope) -> Sql:
    kinds = features.kinds(at.at)
    marks, failures = counted(kinds)
    used = ", ".join(f"bit_or(used{n}) AS used{n}" for n in range(len(marks)))
    seen = at.sql(SEEN, table="f")
    rough = at.sql(_rough(len(marks), bool(failures)), table="u")
    exact = at.sql(exact_sums(len(marks), bool(failures), CORRECTED), table="u")
    text = f"""
        WITH seen AS ({seen.text}), rough AS MATERIALIZED ({rough.text}), exact AS ({exact.text}),
        used AS (SELECT * FROM rough WHERE NOT corrected UNION ALL SELECT *, TRUE FROM exact),
        older AS ({at.sql(OLDER, table="u").text}),
        joined AS (
            SELECT {{customer}} AS customer, bool_or(f.alive) AS alive, bit_or(days) AS days, max(older.last) AS older,
                   sum(week) AS week, sum(week_before) AS week_before, sum(week + week_before + earlier) AS recent,
                   sum(before) AS before, sum(errors) AS errors {", " + used if used else ""}
            FROM seen f {{canonical}} LEFT JOIN used USING (customer_id) LEFT JOIN older USING (customer_id)
            GROUP BY 1
        )
        SELECT customer,
               CASE WHEN alive THEN bit_count((COALESCE(days, 0) & {(1 << WINDOW) - 1})::bit(64)) END,
               CASE WHEN alive THEN COALESCE(recent, 0)::float / NULLIF(GREATEST(before, 0), 0) - 1 END,
               CASE WHEN alive THEN {_share(kinds, Feature.Kind.CORE, marks)} END,
               CASE WHEN alive THEN {_share(kinds, Feature.Kind.STICKY, marks)} END,
               CASE WHEN alive THEN {_count(len(marks))} END,
               CASE WHEN alive THEN COALESCE(week, 0)::float / NULLIF(GREATEST(week_before, 0), 0) - 1 END,
               CASE WHEN alive THEN COALESCE(errors, 0) END,
               CASE WHEN alive THEN GREATEST(COALESCE(recent, 0), 0) END,
               COALESCE(%(day)s - 1 - bit_count(((days & -days) - 1)::bit(64))::int, older)
        FROM joined
    """
    return at.sql(text, table="f", **window_days(at), **marked(marks), failures=failures)


SEEN = """
    SELECT f.customer_id, bool_or(f.source_id IN (
        SELECT d.source_id FROM usage_feedday d
        WHERE d.day >= %(alive_from)s AND d.day < %(day)s AND d.known_on < %(known_on)s
    )) AS alive
    FROM usage_customerfeed f WHERE {visible} AND {scope} GROUP BY 1
"""
CORRECTED = "ARRAY(SELECT customer_id FROM rough WHERE corrected)"
# The last use before the window, found by the key from the newest partition back.
BEFORE = """
    SELECT u.day AS last FROM usage_usageday u
    WHERE u.customer_id = {of} AND u.feature_id = %(over_all)s AND u.events > 0
      AND u.day >= %(older_from)s AND u.day < %(before_from)s AND u.known_on < %(known_on)s
    ORDER BY u.day DESC LIMIT 1
"""
# Of who is silent in it.
OLDER = f"""
    SELECT seen.customer_id, found.last FROM seen, LATERAL ({BEFORE.format(of="seen.customer_id")}) found
    WHERE NOT EXISTS (SELECT FROM used WHERE used.customer_id = seen.customer_id AND used.days IS NOT NULL)
"""


def counted(kinds: Mapping[int, str]) -> tuple[list[dict[int, int]], list[int]]:
    """The features that are used, a bit of its own for each, in as many numbers as that takes; and those that fail."""
    used = sorted(one for one, kind in kinds.items() if kind != Feature.Kind.ERROR)
    chunks = [used[start : start + CHUNK] for start in range(0, len(used), CHUNK)]
    marks = [{feature: 1 << n for n, feature in enumerate(chunk)} for chunk in chunks]
    return marks, [one for one, kind in kinds.items() if kind == Feature.Kind.ERROR]


def _rough(chunks: int, failures: bool) -> str:
    """One pass over the window, true where no row takes back what another gave."""
    return f"""
        SELECT u.customer_id, {sums("u.events > 0", chunks, failures)}, bool_or(u.events < 0) AS corrected
        FROM usage_usageday u WHERE {{visible}} AND u.day >= %(before_from)s AND {{scope}} GROUP BY 1
    """


def exact_sums(chunks: int, failures: bool, whose: str) -> str:
    """The same for the customers in the array ``whose``, summed by day first."""
    return f"""
        SELECT u.customer_id, {sums("u.events > 0", chunks, failures)}
        FROM (
            SELECT u.customer_id, u.feature_id, u.day, sum(u.events) AS events, sum(u.errors) AS errors
            FROM usage_usageday u
            WHERE {{visible}} AND u.day >= %(before_from)s
              AND u.customer_id = ANY ({whose})
            GROUP BY 1, 2, 3
        ) u GROUP BY 1
    """


def sums(active: str, chunks: int, failures: bool) -> str:
    """Each row is looked at by as few sums as can be: days are a bit each, the newest the lowest, and the parts of the
    window stand apart.
    """
    over_all = "u.feature_id = %(over_all)s"
    recent = "u.day >= %(recent_from)s"
    failed = f"sum(u.events) FILTER (WHERE {recent} AND u.feature_id = ANY (%(failures)s))" if failures else "0"
    columns = [
        f"bit_or(1::bigint << (%(day)s - 1 - u.day)) FILTER (WHERE {over_all} AND {active}) AS days",
        *(f"COALESCE(sum(u.events) FILTER (WHERE {over_all} AND {part}), 0) AS {name}" for name, part in PARTS.items()),
        f"COALESCE(sum(u.errors) FILTER (WHERE {over_all} AND {recent} AND u.errors <> 0), 0)"
        f" + COALESCE({failed}, 0) AS errors",
    ]
    for n in range(chunks):
        mark = f"(%(marks{n})s::bigint[])[u.feature_id - %(lowest{n})s]"
        columns.append(f"bit_or({mark}) FILTER (WHERE {recent} AND {active}) AS used{n}")
    return ", ".join(columns)


PARTS = {
    "week": "u.day >= %(week_from)s",
    "week_before": "u.day < %(week_from)s AND u.day >= %(week_before_from)s",
    "earlier": "u.day < %(week_before_from)s AND u.day >= %(recent_from)s",
    "before": "u.day < %(recent_from)s",
}


def marked(marks: Sequence[Mapping[int, int]]) -> dict[str, object]:
    """The parameters of ``sums``."""
    found = {f"marks{n}": _lookup(chunk) for n, chunk in enumerate(marks)}
    return {**found, **{f"lowest{n}": min(chunk) - 1 for n, chunk in enumerate(marks)}}


def _lookup(chunk: Mapping[int, int]) -> list[int | None]:
    return [chunk.get(feature) for feature in range(min(chunk), max(chunk) + 1)]


def _share(kinds: Mapping[int, str], kind: str, marks: Sequence[Mapping[int, int]]) -> str:
    wanted = [sum(bit for feature, bit in chunk.items() if kinds[feature] == kind) for chunk in marks]
    count = sum(mask.bit_count() for mask in wanted)
    if not count:
        return "NULL::float"
    bits = [f"bit_count((COALESCE(used{n}, 0) & {mask}::bigint)::bit(64))" for n, mask in enumerate(wanted)]
    return f"({' + '.join(bits)})::float / {count}"


def _count(chunks: int) -> str:
    return " + ".join(["0", *(f"bit_count(COALESCE(used{n}, 0)::bit(64))" for n in range(chunks))])


def window_days(at: Scope) -> dict[str, object]:
    return {
        "over_all": features.over_all(),
        "recent_from": at.day - timedelta(days=WINDOW),
        "week_from": at.day - timedelta(days=7),
        "week_before_from": at.day - timedelta(days=14),
        "before_from": at.day - timedelta(days=2 * WINDOW),
        "alive_from": at.day - timedelta(days=ALIVE),
        "older_from": at.day - timedelta(days=LOOKED_BACK),
    }


# The days on which a person used a feature, over the rows of one month in a group.
FEATURE_DAYS = "usage_days(p.days, p.taken ORDER BY p.known_on)"


def mask(first: date, end: date, days: str = "p.days") -> str:
    """The days of a person's month that lie in [first, end), as SQL over ``p.month`` and ``days``."""
    parts = []
    for month in months(first, end - timedelta(days=1)):
        from_bit = max(first - month, timedelta(0)).days
        to_bit = (min(end, following(month)) - month).days
        parts.append(f"WHEN '{month}' THEN {days} & {(1 << to_bit) - (1 << from_bit)}")
    return f"CASE p.month {' '.join(parts)} ELSE 0 END"
