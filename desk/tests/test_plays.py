from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from accounts.tests.signing import signed_in
from core.models import Event
from customers.models import TimelineEntry
from playbooks.domain.run import engine
from playbooks.domain.run.starting import STARTED
from playbooks.models import Playbook, Run, WorkItem
from playbooks.tests.factories import PlaybookFactory, at_work

As = Callable[[User], Client]


def messages_of(answer: Any) -> str:
    return " ".join(str(one) for one in answer.context["messages"])


def post(client: Client, address: str, playbook: Playbook, **data: Any) -> Any:
    return client.post(address, {"playbook": f"{playbook.uid}", **data}, follow=True)


def test_from_a_customers_page_and_again_once_it_is_over(as_user: As, cast: Cast, owned: Any) -> None:
    customer, book = owned(), at_work()
    client = as_user(cast.owner)

    page = client.get(customer.get_absolute_url()).content.decode()
    assert book.name in page

    answer = post(client, f"/customers/{customer.uid}/play/", book)

    run = Run.objects.get()
    assert (run.customer, run.occasion[:5]) == (customer, "hand:")
    assert "started for 1 customer" in messages_of(answer)
    assert str(run.uid) in answer.content.decode()
    engine.advance()
    assert WorkItem.objects.get().title == f"Call {customer}"

    post(client, f"/customers/{customer.uid}/play/", book)
    assert Run.objects.count() == 2, "whoever starts it by hand has decided"


def test_not_while_it_runs_and_not_outside_its_audience(as_user: As, cast: Cast, owned: Any) -> None:
    here, there = owned(stage="live"), owned(stage="trial")
    book = at_work(
        {"kind": "wait", "for": "days", "days": 9}, audience={"key": "attribute.stage", "op": "is", "value": "live"}
    )
    client = as_user(cast.owner)

    post(client, f"/customers/{here.uid}/play/", book)
    again = post(client, f"/customers/{here.uid}/play/", book)
    other = post(client, f"/customers/{there.uid}/play/", book)

    assert [run.customer for run in Run.objects.all()] == [here]
    assert "Not for 1" in messages_of(again) and "Not for 1" in messages_of(other)


def test_for_all_that_a_filter_leaves(as_user: As, cast: Cast, owned: Any) -> None:
    wanted, _other = owned(industry="Logistics"), owned(industry="Retail")
    owned(industry="Logistics", team=cast.other_team)
    book, client = at_work(), as_user(cast.owner)

    post(client, "/customers/play/", book)
    assert not Run.objects.exists(), "no filter is no selection"

    post(client, "/customers/play/?industry=Logistics", book)
    assert [run.customer for run in Run.objects.all()] == [wanted]


def test_for_the_customers_of_ticked_tasks(as_user: As, cast: Cast, task: Any) -> None:
    one, other = task(), task()
    task()
    client = as_user(cast.owner)

    post(client, "/queue/bulk/play/", at_work(), items=[f"{item.uid}:1" for item in (one, other)])

    assert set(Run.objects.values_list("customer", flat=True)) == {one.customer_id, other.customer_id}


@pytest.mark.parametrize("person", ["stranger", "analyst"])
def test_who_may_not(as_user: As, cast: Cast, owned: Any, person: str) -> None:
    customer, book = owned(), at_work()
    client = as_user(getattr(cast, person))

    assert client.post(f"/customers/{customer.uid}/play/", {"playbook": book.uid}).status_code in (403, 404)
    client.post(f"/customers/play/?q={customer.name}", {"playbook": book.uid})

    assert not Run.objects.exists()


def test_not_one_at_rest(as_user: As, cast: Cast, owned: Any) -> None:
    customer, book = owned(), PlaybookFactory()
    answer = post(as_user(cast.owner), f"/customers/{customer.uid}/play/", book)
    assert "Nothing was started" in messages_of(answer)
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_start_it_in_one_moment_one_does(cast: Cast, owned: Any) -> None:
    customer, book = owned(), at_work({"kind": "wait", "for": "days", "days": 9})
    people = [signed_in(Client(), one) for one in (cast.owner, cast.mate, cast.lead, cast.owner)]
    told, ready = [], Barrier(len(people))

    def start(client: Client) -> None:
        ready.wait(9)
        told.append(client.post(f"/customers/{customer.uid}/play/", {"playbook": f"{book.uid}"}).status_code)
        connection.close()

    threads = [Thread(target=start, args=[client]) for client in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told == [302] * len(people)
    assert Run.objects.count() == Event.objects.filter(type=STARTED).count() == 1
    assert TimelineEntry.objects.filter(kind="playbook_started").count() == 1
