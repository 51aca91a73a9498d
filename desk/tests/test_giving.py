from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from customers.models import Customer
from playbooks.models import Undo, WorkItem

As = Callable[[User], Client]
Owned = Callable[..., Customer]
BACK = "/customers/give/?from=customers&band=watch&sort=-chance"


def give(client: Client, to: User, *customers: Customer) -> Any:
    return client.post(BACK, {"customers": [f"{one.uid}" for one in customers], "to": f"{to.uid}"}, follow=True)


def owners(*customers: Customer) -> list[User | None]:
    return [Customer.objects.get(pk=one.pk).owner for one in customers]


def test_ticked_customers_go_to_somebody_else_with_their_tasks_and_come_back(
    as_user: As, cast: Cast, owned: Owned, task: Callable[..., WorkItem]
) -> None:
    first, second, third = owned(), owned(owner=None), owned()
    mine, theirs = task(customer=first), task(customer=first, owner=cast.lead)
    client = as_user(cast.lead)

    answer = give(client, cast.mate, first, second)

    assert owners(first, second, third) == [cast.mate, cast.mate, cast.owner]
    assert [WorkItem.objects.get(pk=one.pk).owner for one in (mine, theirs)] == [cast.mate, cast.lead]
    assert f"2 customers go to {cast.mate}. 1 task goes along." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/customers/?band=watch&sort=-chance"

    client.post(f"/queue/bulk/undo/{Undo.objects.get().uid}/?from=customers")
    assert owners(first, second, third) == [cast.owner, None, cast.owner]
    assert WorkItem.objects.get(pk=mine.pk).owner == cast.owner


def test_taking_back_leaves_who_was_given_on_meanwhile(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client = as_user(cast.lead)
    give(client, cast.mate, customer)
    Customer.objects.filter(pk=customer.pk).update(owner=cast.lead)

    client.post(f"/queue/bulk/undo/{Undo.objects.get().uid}/")

    assert owners(customer) == [cast.lead]


def test_what_one_does_not_see_stays(as_user: As, cast: Cast, owned: Owned) -> None:
    foreign = owned(team=cast.other_team, owner=cast.stranger)

    answer = give(as_user(cast.owner), cast.mate, foreign)

    assert owners(foreign) == [cast.stranger]
    assert "Tick the customers that are meant" in answer.content.decode()


def test_who_may_not_work_for_it_does_not_get_it(as_user: As, cast: Cast, owned: Owned) -> None:
    ours, foreign = owned(), owned(team=cast.other_team, owner=cast.stranger)

    answer = give(as_user(cast.administrator), cast.mate, ours, foreign)

    assert owners(ours, foreign) == [cast.mate, cast.stranger]
    assert f"1 customer goes to {cast.mate}. 1 stays" in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"customers": ["what"], "to": "who"}, {"customers": [""]}])
def test_nothing_ticked_changes_nothing(as_user: As, cast: Cast, owned: Owned, data: dict[str, Any]) -> None:
    customer = owned()

    answer = as_user(cast.owner).post(BACK, data, follow=True)

    assert owners(customer) == [cast.owner]
    assert "Tick the customers that are meant" in answer.content.decode()


def test_who_only_reads_sees_no_boxes_and_is_refused(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client = as_user(cast.analyst)

    assert "tick-cell" not in client.get("/customers/").content.decode()
    assert client.post(BACK, {"customers": [f"{customer.uid}"], "to": f"{cast.mate.uid}"}).status_code == 403
    assert owners(customer) == [cast.owner]
    assert "tick-cell" in as_user(cast.owner).get("/customers/").content.decode()
