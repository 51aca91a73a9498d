"""The MRR of customers over time, told twice: by the versions and by the movements of the ledger (R20)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import AsOf
from customers.queries.canonical import merged_as_of, with_absorbed
from subscriptions.domain import bulk, rulesets
from subscriptions.domain.columns import Columns, joined, take
from subscriptions.domain.missing_rate import MissingRate
from subscriptions.models import Ruleset
from subscriptions.queries import levels, portions
from subscriptions.queries.ledger import IN_FORCE
from subscriptions.queries.spans import spans

OWN: Final = "{}.customer_id = ANY(%(customers)s)"
KINDS: Final = ("none", "new", "expansion", "contraction", "churn", "reactivation")
SINCE_1970: Final = 10_957  # days from 1970 to 2000, where PostgreSQL begins to count

# MRR by the versions, read without the ledger: of each version the row known last, from its first paid day to its
# end. What is in a foreign currency is carried at the rate of the customer's last movement (R18), so for those
# customers the whole is valued anew on each day on which something moves. Rows (customer, day, change in millionths,
# whether a rate was missing).
LEVELS: Final = """
WITH known AS MATERIALIZED (
    SELECT DISTINCT ON (v.subscription_id, v.number) {owner} AS customer_id, v.currency, v.ends AS ends_on,
           (v.mrr * 1000000)::bigint AS mrr, v.begins
    FROM ({spans}) v {canonical}
    WHERE v.known_on < %(known_on)s AND {scope}
    ORDER BY v.subscription_id, v.number, v.known_on DESC, v.id DESC
), edges AS MATERIALIZED (
    SELECT k.customer_id, e.day, k.currency, sum(e.change) AS delta
    FROM known k, LATERAL (VALUES (k.begins, k.mrr), (k.ends_on, -k.mrr)) e(day, change)
    WHERE k.mrr > 0 AND (k.ends_on IS NULL OR k.ends_on > k.begins) AND e.day < %(day)s
    GROUP BY 1, 2, 3 HAVING sum(e.change) <> 0
), abroad AS MATERIALIZED (
    SELECT DISTINCT customer_id FROM edges WHERE currency <> %(reporting)s
), held AS (
    SELECT d.customer_id, d.day, c.currency, sum(COALESCE(e.delta, 0)) OVER (
               PARTITION BY d.customer_id, c.currency ORDER BY d.day) * 0.000001 AS native
    FROM (SELECT DISTINCT customer_id, day FROM edges JOIN abroad USING (customer_id)) d
    JOIN (SELECT DISTINCT customer_id, currency FROM edges JOIN abroad USING (customer_id)) c USING (customer_id)
    LEFT JOIN edges e ON (e.customer_id, e.day, e.currency) = (d.customer_id, d.day, c.currency)
), rates AS MATERIALIZED (
    SELECT n.currency, n.day, (
        SELECT r.rate FROM subscriptions_fxrate r
        WHERE r.currency = n.currency AND r.day <= n.rated
          AND (r.known_on < %(known_on)s OR NOT EXISTS (
              SELECT FROM subscriptions_fxrate o
              WHERE o.currency = r.currency AND o.day = r.day AND (o.known_on, o.id) < (r.known_on, r.id)))
        ORDER BY r.day DESC, r.known_on DESC, r.id DESC LIMIT 1) AS rate
    FROM (SELECT DISTINCT currency, day,
                 CASE WHEN %(monthly)s THEN date_trunc('month', day)::date ELSE day END AS rated
          FROM held WHERE currency <> %(reporting)s AND native <> 0) n
), valued AS (
    SELECT h.customer_id, h.day,
           (sum(CASE WHEN h.currency = %(reporting)s OR h.native = 0 THEN h.native
                     ELSE subscriptions_half_even(h.native * r.rate) END) * 1000000)::bigint AS mrr,
           bool_or(h.currency <> %(reporting)s AND h.native <> 0 AND r.rate IS NULL) AS lacks
    FROM held h LEFT JOIN rates r USING (currency, day) GROUP BY 1, 2
)
SELECT customer_id, day, delta::bigint, 0::smallint FROM edges
WHERE NOT EXISTS (SELECT FROM abroad a WHERE a.customer_id = edges.customer_id)
UNION ALL
SELECT customer_id, day, COALESCE(mrr, 0) - lag(COALESCE(mrr, 0), 1, 0::bigint) OVER (
           PARTITION BY customer_id ORDER BY day), lacks::int::smallint FROM valued
"""
LEVEL_TYPES: Final = {"customer": "i8", "day": bulk.DAY, "change": "i8", "lacks": "i2"}

# Rows (customer, day, kind by its place, amount, FX), amounts in millionths.
MOVES: Final = f"""
SELECT m.customer_id, m.day, (array_position(%(kinds)s::text[], m.kind::text) - 1)::smallint,
       ((m.after - m.before) * 1000000)::bigint, (m.fx * 1000000)::bigint
FROM subscriptions_mrrmovement m
WHERE m.day < %(day)s AND {IN_FORCE} AND {{scope}} AND (m.kind <> 'none' OR m.fx <> 0)
"""
MOVE_TYPES: Final = {"customer": "i8", "day": bulk.DAY, "kind": "i2", "amount": "i8", "fx": "i8"}


@dataclass(frozen=True)
class Curves:
    """``levels``: customer, day and change of MRR by the versions. ``moves``: customer, day, kind (its place in
    ``KINDS``), amount (signed, without FX) and FX by the ledger. Both sorted by customer and day; amounts in
    millionths of the reporting currency, days counted from 1970. Customers are as the ledger has them.
    """

    levels: Columns
    moves: Columns

    def of(self, customers: np.ndarray) -> Self:
        """Those of some customers only."""
        return type(self)(*(take(rows, _within(rows["customer"], customers)) for rows in self._both))

    def without(self, customers: np.ndarray) -> "Curves":
        """Those of all but some customers; ``customers`` sorted."""
        pairs = ((rows, _within(rows["customer"], customers)) for rows in self._both)
        return Curves(*(_left(rows, at) if len(at) else rows for rows, at in pairs))

    def portions(self, size: int) -> Iterator["Curves"]:
        """The same in parts of about so many levels, each with all that some customers have. Copies nothing."""
        tops = np.unique(self.levels["customer"][size::size])
        bounds = [np.searchsorted(rows["customer"], tops, "right") for rows in (self.levels, self.moves)]
        ends = [
            np.concatenate([[0], one, [len(rows["customer"])]]) for one, rows in zip(bounds, self._both, strict=True)
        ]
        for number in range(len(tops) + 1):
            cuts = (slice(one[number], one[number + 1]) for one in ends)
            yield Curves(*(_cut(rows, cut) for rows, cut in zip(self._both, cuts, strict=True)))

    @property
    def _both(self) -> tuple[Columns, Columns]:
        return self.levels, self.moves

    def same(self, other: "Curves") -> bool:
        """Whether both say the same, in whatever order their customers stand."""
        pairs = zip(self._both, other._both, strict=True)
        return all(_same(sorted_rows(one), sorted_rows(two)) for one, two in pairs)

    def replaced(self, customers: np.ndarray, by: "Curves") -> "Curves":
        """The same with what ``by`` says of these customers in place of what is said here."""
        pairs = zip(self._both, by._both, strict=True)
        return Curves(*(_replaced(rows, new, customers) for rows, new in pairs))


Wanted = tuple[str, Mapping[str, str]]


def read(at: AsOf, customers: Sequence[int] | None = None, *, ruleset: Ruleset | None = None) -> Curves:
    """The curves of customers (all, where None) before ``at``, from versions and movements themselves.

    Raises ``MissingRate`` where an amount can't be valued.
    """
    chosen = ruleset or rulesets.current()
    if customers is not None:
        return read_beside(at, customers, [], ruleset=chosen)[0]
    params = _params(at, [], chosen)
    with transaction.atomic():
        _expect_much()
        parts = portions.conditions()
        rows = (_fetched(_rows(chosen, params, part), params) for part in parts)
        found = _valued(rows, chosen, params)
        moves = joined(*(_fetched(_moves(part), params) for part in parts))
    return Curves(found, _since_1970(moves))


def read_beside(
    at: AsOf, customers: Sequence[int], others: Sequence[Wanted], *, ruleset: Ruleset
) -> tuple[Curves, list[Columns]]:
    """The same of some customers, and, in one go with it, what other SELECTs say; as ``bulk.fetch_several``."""
    params = _params(at, customers, ruleset)
    wanted = [_rows(ruleset, params, OWN), _moves(OWN), *others]
    rows, moves, *rest = bulk.fetch_several(wanted, params)
    return Curves(_valued([rows], ruleset, params), _since_1970(moves)), rest


def _params(at: AsOf, customers: Sequence[int], ruleset: Ruleset) -> dict[str, Any]:
    rules = rulesets.rules(ruleset)
    return {
        "day": at.day,
        "known_on": at.known_on,
        "customers": list(customers),
        "ruleset": ruleset.pk,
        "kinds": list(KINDS),
        "reporting": rules["reporting_currency"],
        "monthly": rules["fx"] == "first_of_month",
    }


def _rows(ruleset: Ruleset, params: dict[str, Any], part: str) -> Wanted:
    return _written(levels.ROWS, ruleset, params, part.format("v")), levels.TYPES


def _moves(part: str) -> Wanted:
    return MOVES.format(scope=part.format("m")), MOVE_TYPES


def _fetched(wanted: Wanted, params: dict[str, Any]) -> Columns:
    (found,) = bulk.fetch_several([wanted], params)
    return found


def _valued(portions: Iterable[Columns], ruleset: Ruleset, params: dict[str, Any]) -> Columns:
    """The changes of MRR of all whose rows these are; who has it in a foreign currency is read once more for it."""
    at_home, apart = levels.changes(portions, params["day"])
    at_home["day"] = at_home["day"] + np.int32(SINCE_1970)
    found = at_home
    if len(apart):
        abroad = _abroad(apart, ruleset, params)
        found = sorted_rows(joined(at_home, {name: abroad[name].astype(at_home[name].dtype) for name in at_home}))
    return take(found, np.flatnonzero(found["change"]))


def _abroad(owners: np.ndarray, ruleset: Ruleset, params: dict[str, Any]) -> Columns:
    own = OWN.format("v")
    whose = with_absorbed(owners.tolist(), AsOf.at(params["known_on"]))
    chosen = {*params["customers"]} or {*whose}
    params = {**params, "customers": [one for one in whose if one in chosen]}
    sql = _written(LEVELS, ruleset, params, own).format(scope=own)
    found = _since_1970(bulk.fetch(sql, params, LEVEL_TYPES))
    if found["lacks"].any():
        raise _missing(found, params)
    return take(found, np.flatnonzero(np.isin(found["customer"], owners)))


def _written(template: str, ruleset: Ruleset, params: dict[str, Any], where: str) -> str:
    text = template.replace("{spans}", spans(rulesets.rules(ruleset), where=where))
    for name, sql in owner(params["known_on"]).items():
        text = text.replace(name, sql)
    return text


def sorted_rows(rows: Columns) -> Columns:
    return take(rows, np.lexsort((rows["day"], rows["customer"])))


def owner(known_on: date) -> dict[str, str]:
    """Whose a version is: a merged customer's is that of the one that it is known to be, as in the ledger."""
    if not merged_as_of(AsOf.at(known_on)):
        return {"{owner}": "v.customer_id", "{canonical}": ""}
    join = (
        "LEFT JOIN customers_canonical c ON c.from_id = v.customer_id AND c.known_on < %(known_on)s"
        " AND (c.undone_on IS NULL OR c.undone_on >= %(known_on)s)"
    )
    return {"{owner}": "COALESCE(c.into_id, v.customer_id)", "{canonical}": join}


def _expect_much() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")


def _since_1970(rows: Columns) -> Columns:
    return sorted_rows({**rows, "day": rows["day"] + np.int32(SINCE_1970)})


def _within(owners: np.ndarray, customers: np.ndarray) -> np.ndarray:
    """Where rows sorted by owner belong to one of the customers."""
    wanted = np.unique(customers)
    first, last = (np.searchsorted(owners, wanted, side) for side in ("left", "right"))
    if len(wanted) > len(owners) // 8:
        return np.flatnonzero(np.isin(owners, wanted))
    parts = [np.arange(low, high) for low, high in zip(first, last, strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _same(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def _replaced(rows: Columns, new: Columns, customers: np.ndarray) -> Columns:
    return sorted_rows(joined(_left(rows, _within(rows["customer"], customers)), new))


def _left(rows: Columns, out: np.ndarray) -> Columns:
    """The rows that are not at these places."""
    stays = np.ones(len(rows["customer"]), dtype=bool)
    stays[out] = False
    return take(rows, np.flatnonzero(stays))


def _cut(rows: Columns, where: slice) -> Columns:
    return {name: column[where] for name, column in rows.items()}


def _missing(levels: Columns, params: dict[str, Any]) -> MissingRate:
    at = int(np.flatnonzero(levels["lacks"])[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(DISTINCT currency, ', ') FROM subscriptions_subscriptionversion"
            " WHERE customer_id = %s AND currency <> %s",
            [int(levels["customer"][at]), params["reporting"]],
        )
        ((currencies,),) = cursor.fetchall()
    day = date.fromordinal(date(1970, 1, 1).toordinal() + int(levels["day"][at]))
    message = _("There is no exchange rate of %(currency)s on %(day)s or before.")
    return MissingRate(message % {"currency": currencies, "day": day})
