import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from core.domain import events
from subscriptions.domain import bulk, curves, exchange, ledger_merges, ledger_source, rulesets, stage
from subscriptions.domain.bulk import EPOCH
from subscriptions.domain.columns import Columns
from subscriptions.domain.ledger_append import APPEND, COLUMNS, FIRST, NEWS, PORTION, SENT, SILENCE, TABLE
from subscriptions.domain.ledger_cells import PARTS, Cells, cells_of
from subscriptions.domain.ledger_edges import edges_of, seen_as_known
from subscriptions.domain.ledger_merges import Owners
from subscriptions.domain.ledger_rows import rows_of
from subscriptions.domain.ledger_source import Money, to_date
from subscriptions.domain.missing_rate import MissingRate
from subscriptions.models import Ruleset

MANY: Final = 1000
FEW: Final = 20
MOVED: Final = "subscriptions.movement_recorded.v1"


@transaction.atomic(savepoint=False)
def refresh(*, customers: Sequence[int] | None = None, ruleset: Ruleset | None = None, tell: bool = False) -> int:
    """Bring the ledger of these customers (all, where None) up to what the versions say, and the curves that reports
    read. See ``build``. ``tell``: with one ``subscriptions.movement_recorded.v1`` for each customer's day on which
    something is known to have moved, or to move, that was not, or was of another kind.
    """
    chosen = ruleset or rulesets.stored()
    if customers is not None and not customers:
        return 0
    rows, touched, news = _build(chosen, customers, tell=tell)
    curves.follow(ruleset=chosen, customers=touched)
    events.append(type=MOVED, payloads=news)
    return rows


@transaction.atomic(savepoint=False)
def build(*, ruleset: Ruleset, customers: Sequence[int] | None = None) -> int:
    """Bring the ledger of these customers (all, where None) up to what the versions say. Returns rows appended.

    The ledger is a function of the versions and the ruleset: what it would say and does not yet is appended, nothing
    is changed. Raises ``MissingRate``.
    """
    return _build(ruleset, customers)[0]


def _build(
    ruleset: Ruleset, customers: Sequence[int] | None, *, tell: bool = False
) -> tuple[int, Sequence[int] | None, list[dict[str, Any]]]:
    owners = ledger_merges.owners()
    customers = None if customers is None else owners.together(customers)
    few = customers is not None and len(customers) <= FEW
    currency = rulesets.rules(ruleset)["reporting_currency"]
    params = {"ruleset": ruleset.pk, "customers": list(customers or []), "currency": currency, "today": clock.today()}
    scope = "TRUE" if customers is None else "m.customer_id = ANY(%(customers)s)"
    stored = f"SELECT FROM subscriptions_mrrmovement m WHERE m.ruleset_id = %(ruleset)s AND {scope} LIMIT 1"
    statement = APPEND if few or stage.fetch(stored, params) else FIRST
    if customers is None or len(customers) > MANY:
        _expect_much()
    if statement == FIRST and not tell:
        return _append_first(ruleset, customers, owners), customers, []
    if few:
        params["fresh"] = _as_json(movements(rulesets.rules(ruleset), customers, owners=owners))
    else:
        compute(ruleset, customers, owners=owners)
    parts = {"scope": scope, "source": SENT if few else TABLE, "news": NEWS[statement] if tell else SILENCE}
    ((rows, news),) = stage.fetch(statement.format(**parts), params)
    return rows, customers, json.loads(news)


def _append_first(ruleset: Ruleset, customers: Sequence[int] | None, owners: Owners) -> int:
    """Append what is computed portion by portion: each is sorted in memory, so that millions of customers take as long
    for each as thousands do. While the database takes in one, the next is computed.
    """
    stage.create(TABLE, COLUMNS)
    appended = 0
    with ThreadPoolExecutor(1) as beside:
        for portion in _portions(rulesets.rules(ruleset), customers, owners):
            computed = beside.submit(portion.rows)
            appended += _take_in(ruleset)
            with _named(portion.money):
                _send(computed.result())
    return appended + _take_in(ruleset)


def _take_in(ruleset: Ruleset) -> int:
    appended = stage.execute(PORTION, {"ruleset": ruleset.pk})
    stage.execute(f"TRUNCATE {TABLE}")
    return appended


def compute(
    ruleset: Ruleset,
    customers: Sequence[int] | None = None,
    *,
    owners: Owners | None = None,
    all_wild: bool = False,
) -> None:
    """Put what the ledger should say into the temporary table ``fresh_movements``. Raises ``MissingRate``."""
    stage.create(TABLE, COLUMNS)
    for rows in movements(rulesets.rules(ruleset), customers, owners=owners, all_wild=all_wild):
        _send(rows)
    if customers is None or len(customers) > MANY:
        stage.analyze(TABLE)


def _send(rows: Cells) -> None:
    bulk.send(TABLE, _columns(rows), {"versions": (rows.counts, rows.versions)})


def movements(
    rules: Mapping[str, Any],
    customers: Sequence[int] | None = None,
    *,
    owners: Owners | None = None,
    all_wild: bool = False,
) -> Iterator[Cells]:
    """The ledger of these customers (all, where None), and of whom they are merged with, under these settings: a pure
    function of what is stored, in portions. Raises ``MissingRate``.
    """
    for portion in _portions(rules, customers, owners or ledger_merges.owners(), all_wild=all_wild):
        with _named(portion.money):
            rows = portion.rows()
        yield rows


@dataclass(frozen=True, slots=True)
class _Portion:
    """The versions of some customers as edges, and all else that their ledger is computed from."""

    edges: Columns
    money: Money
    corrections: Columns
    owners: Owners
    all_wild: bool

    def rows(self) -> Cells:
        """Their ledger, without the database. Raises ``exchange.MissingRate``."""
        merged = self.owners.customers
        seen = seen_as_known(self.edges, self.corrections, merged=merged, all_wild=self.all_wild)
        return rows_of(seen, cells_of(seen, self.money.rates, self.money.rules["reactivation_within_days"]))


def _portions(
    rules: Mapping[str, Any], customers: Sequence[int] | None, owners: Owners, *, all_wild: bool = False
) -> Iterator[_Portion]:
    chosen = None if customers is None else owners.together(customers)
    money = ledger_source.money(rules, chosen)
    corrections = exchange.corrections(money.rates)
    for where, params in ledger_source.chunks(chosen, owners.customers):
        edges = ledger_merges.owned(edges_of(ledger_source.versions(money, where, params)), owners)
        if len(edges["id"]):
            yield _Portion(edges, money, corrections, owners, all_wild)


def _columns(rows: Cells) -> Columns:
    return {
        "customer_id": rows.columns["customer"].astype(np.int64),
        "day": rows.columns["day"].astype(np.int32),
        "known_on": rows.columns["known"].astype(np.int32),
        "replaces": rows.columns["replaces"],
        "kept": rows.columns["kept"].astype(bool),
        **{name: rows.columns[name].astype(np.int16) for name in ("kind", "churn")},
        **{name: rows.columns[name].astype(np.int64) for name in ("before", "after", "fx", *PARTS)},
    }


def _as_json(portions: Iterable[Cells]) -> str:
    made: list[dict[str, Any]] = []
    for rows in portions:
        columns = _columns(rows)
        days = {name: (EPOCH + columns[name]).astype(str) for name in ("day", "known_on")}
        last = np.cumsum(rows.counts)
        behind = [rows.versions[low:high].tolist() for low, high in zip(last - rows.counts, last, strict=True)]
        values = zip(*(column.tolist() for column in (columns | days).values()), strict=True)
        made += [
            {**dict(zip(columns, value, strict=True)), "versions": versions}
            for value, versions in zip(values, behind, strict=True)
        ]
    return json.dumps(made)


def _expect_much() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")


@contextmanager
def _named(money: Money) -> Iterator[None]:
    """A missing rate is raised with the names of its currency and day."""
    try:
        yield
    except exchange.MissingRate as missing:
        message = _("There is no exchange rate of %(currency)s on %(day)s or in the %(days)s days before.")
        names = {
            "currency": money.currencies[missing.currency],
            "day": to_date(missing.day),
            "days": money.rules["rate_valid_days"],
        }
        raise MissingRate(message % names) from None
