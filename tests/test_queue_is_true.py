"""Each entry of the demo's queue says something true: its values come out again from the facts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from core import clock
from core.clock import AsOf
from core.ticks import run_night
from customers.models import Customer
from customers.registry import Frame, gather
from customers.rules import matching, parse
from playbooks.models import QueueRule, WorkItem


@pytest.fixture(scope="module")
def filled(demo: str, databases: Any, django_db_blocker: Any) -> Iterator[None]:
    name = databases.clone(demo)
    with django_db_blocker.unblock(), databases.using(name):
        run_night(clock.today())
        yield
    databases.drop(name)


def value_of(frame: Frame, customer: int, key: str) -> Any:
    value = frame[key][frame.ids.tolist().index(customer)]
    return value.item() if hasattr(value, "item") else value


def same(stored: Any, found: Any) -> bool:
    if isinstance(found, date):
        return bool(stored == f"{found}")
    return bool(stored == found) if isinstance(found, str) else bool(stored == pytest.approx(found, abs=1e-6))


def test_every_reason_comes_out_again(filled: None) -> None:
    said: Counter[str] = Counter()
    for item in WorkItem.objects.live():
        for reason in item.reasons:
            key, as_of = reason["key"], date.fromisoformat(reason["as_of"])
            said[key] += 1
            if key.startswith("attribute."):
                attribute = key.removeprefix("attribute.")
                assert reason["value"] == getattr(Customer.objects.get(pk=item.customer_id), attribute)
                continue
            now = gather(AsOf.at(as_of), [key], [item.customer_id])
            assert same(reason["value"], value_of(now, item.customer_id, key)), (item.cause, reason)
            if "before" in reason and key != "score":
                then = AsOf.at(as_of - timedelta(days=reason["days"]), known_on=as_of)
                frame = gather(then, [key], [item.customer_id])
                assert same(reason["before"], value_of(frame, item.customer_id, key)), (item.cause, reason)
    assert len(said) > 4


def test_every_entry_is_there_by_its_rule_as_of_that_day(filled: None) -> None:
    """The rules were held against standings; held against the facts themselves they name the same customers."""
    for rule in QueueRule.objects.filter(is_active=True):
        found = set(matching(parse(rule.rule), AsOf.at(clock.today())))
        listed = WorkItem.objects.live().filter(cause=rule.cause).values_list("customer", flat=True)
        current = Customer.objects.current().filter(pk__in=found)
        assert set(listed) == set(current.values_list("pk", flat=True)), rule.key


def test_a_queue_is_a_days_work_and_not_a_wall(filled: None) -> None:
    customers = Customer.objects.current().count()
    assert 0.05 * customers <= WorkItem.objects.live().count() <= 0.75 * customers
