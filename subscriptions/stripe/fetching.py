"""The first import and the nightly reconciliation: the same walk through what Stripe has, page by page, a job each.

What is fetched is kept like what comes by web hook, and has the same effect. An object that is as it was when it was
fetched last is not kept again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import stripe
from django.conf import settings
from django.db import transaction

from core import jobs
from core.domain import events
from core.models import ExternalId
from subscriptions.models import StripeAccount, StripeEvent
from subscriptions.stripe import apply, said
from subscriptions.stripe.names import SOURCE, SUBSCRIPTION

JOB: Final = "subscriptions.stripe_fetch"
LOADED: Final = "data.loaded.v1"
PAGE: Final = 100
AT_ONCE: Final = 200
KEPT_EVENTS: Final = timedelta(days=29)  # Stripe keeps its own for thirty
INVOICES: Final = timedelta(days=60)
WALK: Final[Mapping[str, Mapping[str, Any]]] = {
    "events": {},
    "products": {},
    "prices": {"expand": ["data.tiers"]},
    "coupons": {},
    "customers": {},
    "subscriptions": {"status": "all", "expand": ["data.discounts"]},
    "subscription_schedules": {},
    "invoices": {},
}


def client(account: StripeAccount) -> stripe.StripeClient:
    return stripe.StripeClient(
        account.api_key, base_addresses={"api": settings.STRIPE_API.rstrip("/")}, max_network_retries=2
    )


@transaction.atomic
def begin(*, at: datetime, night: bool = False) -> None:
    """Have all that Stripe has fetched. The first time it is history: known from its own dates, telling nobody."""
    account = StripeAccount.current()
    quietly = not ExternalId.objects.filter(source__key=SOURCE, noun=SUBSCRIPTION).exists()
    since = at - KEPT_EVENTS if account.reconciled_at is None else max(account.reconciled_at, at - KEPT_EVENTS)
    run = {"night": night, "quietly": quietly, "began": at.isoformat(), "since": since.isoformat(), "found": {}}
    _note(night, {"running": True, "found": {}})
    _go_on({**run, "noun": next(iter(WALK)), "after": ""})


def plan_night(*, at: datetime) -> None:
    """Try again what waits or failed; reconcile, where there is a key to ask Stripe with and something was imported."""
    said.have_looked_at(StripeEvent.objects.filter(state__in=apply.OPEN).only("state", "customer", "kind", "object_id"))
    account = StripeAccount.current()
    if account.api_key and account.imported_at:
        begin(at=at, night=True)


def step(*, run: Mapping[str, Any], at: datetime) -> None:
    """One page of the walk, or one batch of customers after it; then the next is left to another job."""
    try:
        if run["noun"]:
            _fetch_page(dict(run), at)
        else:
            _apply_batch(dict(run), at)
    except stripe.StripeError as error:
        _note(run["night"], {"running": False, "problem": str(error.user_message or error)[:500]})


def _fetch_page(run: dict[str, Any], at: datetime) -> None:
    noun = run["noun"]
    query = {
        "limit": PAGE,
        **WALK[noun],
        **_since(noun, run),
        **({"starting_after": run["after"]} if run["after"] else {}),
    }
    answer = client(StripeAccount.current()).raw_request("get", f"/v1/{noun}", **query)
    page = json.loads(answer.body) if isinstance(answer.body, str | bytes) else answer.data
    rows = page["data"]
    fresh = said.keep(events=_made(noun, rows, run, at), look=False)
    found = {**run["found"], noun: run["found"].get(noun, 0) + (len(fresh) if noun == "events" else len(rows))}
    _note(run["night"], {"running": True, "found": found})
    more = bool(page.get("has_more") and rows)
    nouns = list(WALK)
    after = [*nouns[nouns.index(noun) + 1 :], ""][0]
    _go_on({**run, "found": found, "noun": noun if more else after, "after": rows[-1]["id"] if more else ""})


def _since(noun: str, run: Mapping[str, Any]) -> dict[str, Any]:
    """Events since the last time; at night only the invoices that may still change."""
    since = datetime.fromisoformat(run["since"] if noun == "events" else run["began"])
    if noun == "events":
        return {"created": {"gte": int(since.timestamp())}}
    if noun == "invoices" and run["night"]:
        return {"created": {"gte": int((since - INVOICES).timestamp())}}
    return {}


def _made(noun: str, rows: Sequence[Mapping[str, Any]], run: Mapping[str, Any], at: datetime) -> list[StripeEvent]:
    if noun == "events":
        return [said.of_fetched_event(row, at) for row in rows]
    origin = StripeEvent.Origin.NIGHT if run["night"] else StripeEvent.Origin.IMPORT
    return said.of_objects(rows, said=datetime.fromisoformat(run["began"]), at=at, origin=origin)


def _apply_batch(run: dict[str, Any], at: datetime) -> None:
    open_ones = StripeEvent.objects.filter(state__in=apply.OPEN, customer__gt=run["after"])
    ids = list(open_ones.order_by("customer").values_list("customer", flat=True).distinct()[:AT_ONCE])
    done = asdict(apply.customers(ids=ids, at=at, quietly=run["quietly"]))
    total = {name: run.get("done", {}).get(name, 0) + count for name, count in done.items()}
    if ids:
        _note(run["night"], {"running": True, "found": run["found"], "done": total})
        _go_on({**run, "after": ids[-1], "done": total})
        return
    shared = StripeEvent.objects.filter(kind__in=said.OF_ALL, state=StripeEvent.State.NEW)
    shared.update(state=StripeEvent.State.APPLIED, became="known")
    _finish(run, total, at)


def _finish(run: Mapping[str, Any], done: Mapping[str, int], at: datetime) -> None:
    _note(run["night"], {"running": False, "found": run["found"], "done": done})
    now = datetime.fromisoformat(run["began"]).astimezone(UTC)
    changes: dict[str, Any] = {"reconciled_at": now} if run["night"] else {"imported_at": now, "reconciled_at": now}
    StripeAccount.objects.filter(id=1).update(**changes)
    if run["quietly"] and any(done.values()):
        told = {noun: {"new": done[noun], "changed": 0, "history": True} for noun in ("customers", "invoices")}
        told["subscriptions"] = {"new": done["versions"], "changed": 0, "history": True}
        events.append(type=LOADED, payloads=[{"source": SOURCE, "nouns": told}], at=at)


def _note(night: bool, said: Mapping[str, Any]) -> None:
    StripeAccount.objects.filter(id=1).update(**{"reconciled" if night else "imported": dict(said)})


def _go_on(run: Mapping[str, Any]) -> None:
    key = f"{run['began']} {run['noun']} {run['after']}"
    jobs.enqueue(kind=JOB, key=key[:200], payload=run)
