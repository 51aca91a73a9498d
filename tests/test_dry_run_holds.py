"""A dry run and what then really happens agree, customer by customer and day by day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from playbooks.models import DryRun, Playbook
from tests.support.nights import Compared, replayed

DAYS = 8


@pytest.fixture(scope="module")
def compared(demo: str, databases: Any, django_db_blocker: Any) -> Iterator[dict[str, Compared]]:
    """Every playbook of the library that waits for a filter or a date, one for who is there already, one a week."""
    name = databases.clone(demo)
    with django_db_blocker.unblock(), databases.using(name):
        kinds = ("filter", "date")
        keys = list(Playbook.objects.filter(draft__trigger__kind__in=kinds).values_list("key", flat=True))
        low = {"key": "measure.days_since_touch", "op": ">", "value": 40}
        steps = [{"kind": "task", "title": "Call {customer}", "due": 2, "unit": "days"}]
        for key, trigger, audience in (
            ("present", {"kind": "filter", "when": "entered", "present": True, "rule": low}, {"all": []}),
            ("left", {"kind": "filter", "when": "left", "rule": low}, {"all": []}),
            ("weekly", {"kind": "schedule", "every": "week", "on": 2}, low),
        ):
            draft = {"trigger": trigger, "audience": audience, "steps": steps}
            keys.append(Playbook.objects.create(key=key, name=key, draft=draft).key)
        by, today = UserFactory(role=Role.ADMINISTRATOR), clock.today()
        found = replayed(keys=keys, by=by, first=today - timedelta(days=DAYS), last=today)
        yield {one.key: one for one in found}
    databases.drop(name)


def test_the_nights_begin_what_was_said(compared: dict[str, Compared]) -> None:
    for one in compared.values():
        if one.key != "present":
            assert one.came == one.said, one.key
    assert sum(len(one.said) > 0 for one in compared.values()) > 3, "most said nothing: nothing is compared"
    assert sum(len(one.said) for one in compared.values()) > 20


def test_who_is_there_already_begins_at_once_where_that_is_wanted(compared: dict[str, Compared]) -> None:
    one = compared["present"]
    first = clock.today() - timedelta(days=DAYS)
    said = DryRun.objects.get(of__playbook__key="present").found["today"]
    assert {pk for pk, day in one.came if day == first} == set(said)
    assert said
    # Who is there from the start and comes again later begins no second time.
    assert {(pk, day) for pk, day in one.said if pk not in said} == {pair for pair in one.came if pair[1] > first}


def test_dates_of_the_first_night_are_those_of_the_dry_run(compared: dict[str, Compared]) -> None:
    first = clock.today() - timedelta(days=DAYS)
    for key, one in compared.items():
        found = DryRun.objects.get(of__playbook__key=key).found
        if Playbook.objects.get(key=key).draft["trigger"]["kind"] == "date":
            assert {pk for pk, day in one.came if day == first} == set(found["today"])
