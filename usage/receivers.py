from collections.abc import Sequence
from datetime import datetime, time, timedelta

from core import clock, jobs
from core.consumers import consumes
from core.models import Event

TOLD = (
    "customers.customer_created.v1",
    "customers.customer_changed.v1",
    "customers.contact_added.v1",
    "customers.contact_changed.v1",
    "data.loaded.v1",
)


@consumes(*TOLD, name="usage.attach")
def see_who_can_be_told_by_now(events: Sequence[Event]) -> None:
    """Whoever waited for a customer may be of one that has just come."""
    jobs.enqueue(kind="usage.attach", key="all")


@consumes("data.loaded.v1", "data.import_undone.v1", name="usage.book")
def count_the_book_again(events: Sequence[Event]) -> None:
    """A history is known on its own days: it changes what the day began with."""
    jobs.enqueue(kind="usage.book_all", key="all")


@consumes("customers.customer_changed.v1", name="usage.teams")
def count_teams_again(events: Sequence[Event]) -> None:
    """Who passes to another team is counted there from now on, and their renewals of two years from midnight on."""
    midnight = datetime.combine(clock.today() + timedelta(days=1), time(), clock.zone())
    moves = [event.payload["changes"]["team"] for event in events if "team" in event.payload.get("changes", {})]
    for team in {team for move in moves for team in (move["before"], move["after"])}:
        key, payload = f"team {team or 'none'}", {"teams": [team]}
        jobs.enqueue(kind="usage.book", key=key, payload=payload)
        jobs.enqueue(kind="usage.renewals", key=key, payload=payload, run_at=midnight)
