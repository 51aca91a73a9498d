"""Scores as of a past day are the same in a second database that holds only what was known by then."""

import csv
import shutil
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from core.clock import AsOf
from core.models import ExternalId
from data.domain.load.run import Order, load, load_mapped
from data.domain.mapping.parse import parse
from data.tests.company import FILES
from data.tests.conftest import AT
from health.domain import scoring
from tests.support.sizes import thorough

Row = dict[str, str]
Known = Callable[[Row, str], Row | None]

pytestmark = pytest.mark.django_db(transaction=True)


def _emptied(row: Row, *columns: str) -> Row:
    return {**row, **dict.fromkeys(columns, "")}


def _subscription(row: Row, day: str) -> Row | None:
    if row["starts_on"] >= day:
        return None
    known = row["cancelled_on"] or row["ends_on"]
    return _emptied(row, "ends_on", "cancelled_on", "churn_kind", "reason") if known >= day else row


def _invoice(row: Row, day: str) -> Row | None:
    if row["issued_on"] >= day:
        return None
    if row["paid_on"] >= day:
        row = {**row, "paid_on": "", "status": "open"}
    return row if row["due_on"] < day else _emptied(row, "failed_attempts")


def _ticket(row: Row, day: str) -> Row | None:
    if row["opened_at"] >= day:
        return None
    open_still = row["closed_at"] >= day
    return _emptied(row, "closed_at", "first_response_minutes", "escalated", "satisfaction") if open_still else row


def _response(row: Row, day: str) -> Row | None:
    if row["sent_at"] >= day:
        return None
    return _emptied(row, "answered_at", "score", "comment") if row["answered_at"] >= day else row


def _before(column: str) -> Known:
    return lambda row, day: row if row[column] < day else None


KNOWN: dict[str, Known] = {
    "customers": _before("created_on"),
    "contacts": lambda row, day: _emptied(row, "left_on") if row["left_on"] >= day else row,
    "subscriptions": _subscription,
    "fx_rates": _before("day"),
    "invoices": _invoice,
    "features": lambda row, day: row,
    "usage": _before("day"),
    "tickets": _ticket,
    "touchpoints": _before("at"),
    "responses": _response,
    "churn_events": _before("on"),
    "costs": lambda row, day: row,
    "scores": _before("day"),
}


def known_by(text: str, known: Known, day: date, customers: set[str] | None = None) -> str:
    """The file as it would have been exported at the start of ``day``."""
    reader = csv.DictReader(StringIO(text))
    out = StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or [])
    writer.writeheader()
    for row in reader:
        kept = known(row, f"{day}")
        if kept and (customers is None or row.get("customer_id", "") in customers | {""}):
            writer.writerow(kept)
    return out.getvalue()


def scored(day: date) -> dict[str, dict[str, Any]]:
    """By the source's id of each customer: score, band, coverage and every measure."""
    result = scoring.score(AsOf.at(day))
    names = dict(ExternalId.objects.filter(noun="customer").values_list("object_id", "value"))
    columns = {"score": result.score, "band": result.band, "coverage": result.coverage, **result.frame.columns}
    return {
        names[customer]: {key: _plain(column[place]) for key, column in columns.items()}
        for place, customer in enumerate(result.frame.ids.tolist())
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), 9)
    return str(value)


@pytest.mark.parametrize("day", [date(2025, 3, 1), date(2025, 9, 3), date(2025, 10, 5)])
def test_a_small_company(databases: Any, migrated: str, tmp_path: Path, day: date) -> None:
    _write(tmp_path / "all", FILES)
    customers = {
        row["customer_id"] for row in csv.DictReader(StringIO(FILES["customers"])) if row["created_on"] < f"{day}"
    }
    _write(tmp_path / "then", {name: known_by(text, KNOWN[name], day, customers) for name, text in FILES.items()})

    def loaded(folder: Path) -> dict[str, dict[str, Any]]:
        assert not load(order=Order(folder=folder, source="files"), at=AT).problems
        return scored(day)

    now = _in_its_own(databases, migrated, lambda: loaded(tmp_path / "all"))
    then = _in_its_own(databases, migrated, lambda: loaded(tmp_path / "then"))
    assert set(now) == customers
    assert now == then


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def _in_its_own(databases: Any, template: str, work: Callable[[], Any]) -> Any:
    name = databases.clone(template)
    try:
        with databases.using(name):
            return work()
    finally:
        databases.drop(name)


def _ended(row: Row, day: str) -> Row | None:
    if row["start_date"] >= day:
        return None
    return _emptied(row, "end_date") if row["end_date"] >= day else row


def _closed(row: Row, day: str) -> Row | None:
    if row["submitted_at"] >= day:
        return None
    outcome = ("closed_at", "first_response_time_minutes", "satisfaction_score")
    return {**_emptied(row, *outcome), "escalation_flag": "FALSE"} if row["closed_at"] >= day else row


RAVENSTACK: dict[str, Known] = {
    "ravenstack_accounts": _before("signup_date"),
    "ravenstack_subscriptions": _ended,
    "ravenstack_feature_usage": _before("usage_date"),
    "ravenstack_support_tickets": _closed,
    "ravenstack_churn_events": _before("churn_date"),
}


def test_ravenstack_as_of_past_days(databases: Any, migrated: str, shared_data: Path, tmp_path: Path) -> None:
    text = (settings.BASE_DIR / "docs" / "mappings" / "ravenstack.toml").read_text()
    # Whose a subscription is, is no fact with a date: usage finds its customer in a file of its own.
    whose = 'file = "ravenstack_subscriptions.csv"\non = {'
    assert text.count(whose) == 1
    mapping = parse(text.replace(whose, 'file = "whose.csv"\non = {'))
    days = [date(2024, 3, 15), date(2023, 9, 1), date(2024, 12, 1)][: thorough(1, 3)]

    def loaded(folder: Path, *days: date) -> list[dict[str, dict[str, Any]]]:
        order = Order(folder=folder, source=mapping.source)
        assert not load_mapped(order=order, mapping=mapping, at=AT).problems
        return [scored(day) for day in days]

    shutil.copytree(shared_data / "ravenstack", tmp_path / "all")
    shutil.copy(tmp_path / "all" / "ravenstack_subscriptions.csv", tmp_path / "all" / "whose.csv")
    now = _in_its_own(databases, migrated, lambda: loaded(tmp_path / "all", *days))
    for day, expected in zip(days, now, strict=True):
        folder = tmp_path / f"{day}"
        _write(folder, _ravenstack_by(shared_data / "ravenstack", day))
        (then,) = _in_its_own(databases, migrated, lambda folder=folder, day=day: loaded(folder, day))
        assert len(expected) > 100
        assert then == expected


def _ravenstack_by(folder: Path, day: date) -> dict[str, str]:
    texts = {name: (folder / f"{name}.csv").read_text() for name in RAVENSTACK}
    files = {name: known_by(texts[name], known, day) for name, known in RAVENSTACK.items()}
    accounts = _ids(files["ravenstack_accounts"], "account_id")
    for name in ("ravenstack_support_tickets", "ravenstack_churn_events"):
        files[name] = _only(files[name], "account_id", accounts)
    theirs = _ids(_only(texts["ravenstack_subscriptions"], "account_id", accounts), "subscription_id")
    files["ravenstack_feature_usage"] = _only(files["ravenstack_feature_usage"], "subscription_id", theirs)
    return files | {"whose": texts["ravenstack_subscriptions"]}


def _ids(text: str, column: str) -> set[str]:
    return {row[column] for row in csv.DictReader(StringIO(text))}


def _only(text: str, column: str, wanted: set[str]) -> str:
    return known_by(text, lambda row, _day: row if row[column] in wanted else None, date.max)
