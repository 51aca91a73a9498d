"""The lists of the home page: each is a SELECT over the customers of a scope, shown by its first rows and opened whole.

All of a page are read by one statement, however many rows stand behind them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.hidden import is_money_hidden
from desk.queries.home.scope import Scope
from subscriptions.queries.ledger import IN_FORCE

RENEWING: Final = 120
FELL: Final = 5  # points of score in 30 days that are worth a word
OPENED: Final = 200
KINDS: Final = ("new", "reactivation", "expansion", "contraction", "churn")

FORCE: Final = IN_FORCE.replace("%(ruleset)s", "(SELECT ruleset FROM ruling)").replace("known_on)s", "tomorrow)s")
# What several lists are made of is read once: the customers, their movements, and of each the band that was kept last
# before the visit, beside the one of now.
MINE: Final = f"""
WITH mine (id, uid, name, band, mrr, mrr_at_risk, score, score_change_30, renewal_on) AS (%(scope)s), ruling AS (
    SELECT id AS ruleset FROM subscriptions_ruleset WHERE in_force
), moves AS (
    SELECT m.customer_id, m.kind, m.before, m.after, m.day, m.known_on
    FROM subscriptions_mrrmovement m JOIN mine ON mine.id = m.customer_id
    WHERE m.kind <> 'none' AND m.day < %(tomorrow)s AND {FORCE}
      AND (m.day >= %(month)s OR m.known_on >= %(since_day)s)
), bands AS (
    SELECT mine.uid, mine.name, kept.band AS a, mine.band AS b, mine.mrr AS amount, mine.score AS other, kept.day
    FROM mine JOIN LATERAL (
        SELECT s.band, s.day FROM health_score s WHERE s.customer_id = mine.id AND s.day <= %(since_day)s
        ORDER BY s.day DESC LIMIT 1
    ) kept ON true WHERE mrr > 0
)
"""
PLAIN: Final = "SELECT uid, name, band AS a, score::text AS b, mrr AS amount, mrr_at_risk AS other, renewal_on AS day"
PAYING: Final = f"{PLAIN} FROM mine WHERE mrr > 0"
RANK: Final = "array_position(ARRAY['risk', 'watch', 'good'], {})"
SIGNALS: Final = """
SELECT mine.uid, mine.name, r.name AS a, '' AS b, mine.mrr AS amount, mine.score AS other, g.{day} AS day
FROM health_signal g JOIN mine ON mine.id = g.customer_id JOIN health_signalrule r ON r.id = g.rule_id
WHERE g.{day} > %(since_day)s AND g.{day} <= %(today)s """
ANSWERS: Final = """
SELECT mine.uid, mine.name, r.score::text AS a, y.kind AS b, mine.mrr AS amount, r.score::numeric AS other, r.day
FROM surveys_response r JOIN mine ON mine.id = r.customer_id JOIN surveys_survey y ON y.id = r.survey_id
WHERE r.day >= %(since_day)s AND r.answered_at >= %(since)s AND NOT r.withdrawn
  AND NOT EXISTS (SELECT FROM surveys_response l WHERE l.amends_id = r.id
                  OR l.invitation_id = r.invitation_id AND (l.known_on, l.id) > (r.known_on, r.id))"""
MOVED: Final = """
SELECT mine.uid, mine.name, m.kind AS a, '' AS b, m.after - m.before AS amount, m.after AS other, m.day
FROM moves m JOIN mine ON mine.id = m.customer_id WHERE"""

Source = tuple[str, str]  # the SELECT, and its order
BY_AMOUNT: Final = re.compile(r"(abs\(amount\)|amount|other) DESC")
LISTS: Final[Mapping[str, Source]] = {
    "renewals": (f"{PAYING} AND renewal_on BETWEEN %(today)s AND %(renewing)s", "day, amount DESC"),
    "falling": (
        f"{PLAIN.replace('band AS a', '(score - score_change_30)::text AS a')} FROM mine"
        " WHERE mrr > 0 AND score_change_30 <= -%(fell)s",
        "b::numeric - a::numeric, amount DESC",
    ),
    "fell": (f"SELECT * FROM bands WHERE {RANK.format('b')} < {RANK.format('a')}", "amount DESC"),
    "rose": (f"SELECT * FROM bands WHERE {RANK.format('b')} > {RANK.format('a')}", "amount DESC"),
    "opened": (SIGNALS.format(day="opened_on"), "amount DESC, day DESC"),
    "cleared": (f"{SIGNALS.format(day='closed_on')} AND g.outcome = 'cleared'", "amount DESC, day DESC"),
    "answers": (ANSWERS, "other, amount DESC"),
    "moved": (f"{MOVED} m.known_on >= %(since_day)s", "abs(amount) DESC"),
}
WHOLE: Final[Mapping[str, Source]] = {
    "mrr": (PAYING, "amount DESC"),
    "at_risk": (PAYING, "other DESC"),
    **{
        f"band-{band}": (f"{PAYING} AND band = '{band}'", "other DESC") for band in ("good", "watch", "risk", "unknown")
    },
    "month": (f"{MOVED} m.day >= %(month)s", "abs(amount) DESC"),
    **{f"month-{kind}": (f"{MOVED} m.day >= %(month)s AND m.kind = '{kind}'", "abs(amount) DESC") for kind in KINDS},
}
LABELS: Final[Mapping[str, str | Promise]] = {
    "renewals": _("Renewals in the next 120 days"),
    "falling": _("Fell most in 30 days"),
    "fell": _("Fell to a lower band"),
    "rose": _("Rose to a higher band"),
    "opened": _("Signals opened"),
    "cleared": _("Signals that cleared"),
    "answers": _("Answers received"),
    "moved": _("Movements of MRR"),
    "mrr": _("The book by MRR"),
    "at_risk": _("The book by MRR at risk"),
    "band-good": _("Good"),
    "band-watch": _("Watch"),
    "band-risk": _("Risk"),
    "band-unknown": _("Not enough data"),
    "month": _("MRR movements this month"),
    "month-new": _("New"),
    "month-reactivation": _("Reactivation"),
    "month-expansion": _("Expansion"),
    "month-contraction": _("Contraction"),
    "month-churn": _("Churn"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer of a list. ``a`` and ``b`` are what the list is about: bands, scores, the name of a signal."""

    uid: UUID
    name: str
    a: str | None
    b: str | None
    amount: Decimal | None
    other: Decimal | None
    day: date | None

    @property
    def href(self) -> str:
        return reverse("desk:customer", args=[self.uid])


@dataclass(frozen=True, slots=True)
class Listing:
    """The first entries of a list that has ``total`` of them."""

    key: str
    total: int
    entries: list[Entry]

    @property
    def label(self) -> str:
        return str(LABELS[self.key])

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


def params(today: date, since: datetime, since_day: date) -> dict[str, Any]:
    """What the SELECTs ask for: ``since`` an instant, and its day in the company's zone."""
    return {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "month": today.replace(day=1),
        "renewing": today + timedelta(days=RENEWING),
        "since": since,
        "since_day": since_day,
        "fell": FELL,
    }


def branch(key: str, source: Source, most: int) -> str:
    select, order = source
    if is_money_hidden():  # an order tells who pays more
        order = BY_AMOUNT.sub("name", order)
    return f"(SELECT '{key}', count(*) OVER (), t.* FROM ({select}) t ORDER BY {order}, uid, a LIMIT {most})"


def read(scope: Scope, branches: Iterable[str], asked: Mapping[str, Any]) -> dict[str, Listing]:
    """The listings of these SELECTs by key; those without a row are left out. One statement."""
    ids, own = scope.sql()
    text = MINE.replace("%(scope)s", ids) + " UNION ALL ".join(branches)
    with connection.cursor() as cursor:
        cursor.execute(text, {**asked, **own})
        rows = cursor.fetchall()
    found: dict[str, Listing] = {}
    for key, total, *row in rows:
        found.setdefault(key, Listing(key, total, [])).entries.append(Entry(*row))
    return found


def opened(scope: Scope, key: str, asked: Mapping[str, Any]) -> Listing:
    """A list whole, up to ``OPENED`` rows. Raises KeyError for one that there is not."""
    source = {**LISTS, **WHOLE}[key]
    return read(scope, [branch(key, source, OPENED)], asked).get(key, Listing(key, 0, []))
