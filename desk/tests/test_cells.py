"""Owner and stage changed in the list: one at a time, and of all that are ticked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Customer
from playbooks.models import Run, Undo
from playbooks.tests.factories import at_work

As = Callable[[User], Client]
Owned = Callable[..., Customer]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?band=watch"}


def change(
    client: Client, customer: Customer, name: str, value: object, version: int | None = None, **more: Any
) -> Any:
    data = {"value": f"{value}", "version": customer.version if version is None else version}
    return client.post(f"/customers/{customer.uid}/cell/{name}/", data, **more)


def fresh(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


def test_a_value_opens_where_it_stands(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned(stage="live")
    client = as_user(cast.owner)

    page = client.get("/customers/?columns=owner&columns=stage").content.decode()
    assert f'href="/customers/{customer.uid}/cell/owner/"' in page
    assert f'hx-get="/customers/{customer.uid}/cell/stage/"' in page
    form = client.get(f"/customers/{customer.uid}/cell/stage/", headers=HTMX).content.decode()
    assert form.startswith("<form") and ">Live</option>" in form
    assert "<html" in client.get(f"/customers/{customer.uid}/cell/owner/").content.decode()
    assert "cell-edit" not in as_user(cast.analyst).get("/customers/").content.decode()


def test_an_owner_is_changed_with_the_tasks_and_back(as_user: As, cast: Cast, owned: Owned, task: Any) -> None:
    customer = owned()
    mine = task(customer=customer)
    client = as_user(cast.owner)

    answer = change(client, customer, "owner", cast.mate.uid, headers=HTMX).content.decode()

    assert fresh(customer).owner == cast.mate
    assert f"{cast.mate}" in answer and "go along" in answer
    mine.refresh_from_db()
    assert mine.owner == cast.mate
    back = f"/queue/bulk/undo/{Undo.objects.get().uid}/?from=customers&amp;band=watch"
    assert back in answer
    assert client.post(back.replace("&amp;", "&")).headers["Location"] == "/customers/?band=watch"
    assert fresh(customer).owner == cast.owner


def test_a_stage_is_changed_and_back_without_a_script(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, _other = owned(stage="onboarding"), owned(stage="live")
    client = as_user(cast.owner)

    answer = change(client, customer, "stage", "live")

    assert answer.headers["Location"] == "/customers/"
    assert fresh(customer).stage == "live"
    client.post(f"/queue/bulk/undo/{Undo.objects.get().uid}/?from=customers")
    assert fresh(customer).stage == "onboarding"


@pytest.mark.parametrize(("headers", "status"), [(HTMX, 200), ({}, 409)])
def test_the_second_sees_what_the_first_did(
    as_user: As, cast: Cast, owned: Owned, headers: dict[str, str], status: int
) -> None:
    customer, _other = owned(stage="onboarding"), owned(stage="live")
    client = as_user(cast.owner)
    change(as_user(cast.mate), customer, "owner", cast.mate.uid)

    second = change(client, customer, "stage", "live", headers=headers)

    text = second.content.decode()
    assert second.status_code == status
    assert fresh(customer).stage == "onboarding"
    assert "meanwhile" in text and 'value="live" selected' in text
    assert f'value="{fresh(customer).version}"' in text  # so that saving again is knowing
    change(client, customer, "stage", "live", version=fresh(customer).version)
    assert fresh(customer).stage == "live"


def test_who_may_not(as_user: As, cast: Cast, owned: Owned) -> None:
    ours, theirs = owned(stage="live"), owned(team=cast.other_team, owner=cast.stranger)

    assert change(as_user(cast.analyst), ours, "stage", "live").status_code == 403
    assert change(as_user(cast.owner), theirs, "stage", "live").status_code == 404
    assert change(as_user(cast.owner), ours, "owner", cast.stranger.uid).status_code == 200  # the form again
    assert fresh(ours).owner == cast.owner
    assert as_user(cast.owner).get(f"/customers/{ours.uid}/cell/name/").status_code == 404


class TestTicked:
    def post(self, client: Client, what: str, *customers: Customer, **data: str) -> Any:
        sent = {"customers": [f"{one.uid}" for one in customers], **data}
        return client.post(f"/customers/bulk/{what}/?from=customers&band=watch", sent, follow=True)

    def undo(self, client: Client) -> str:
        address = f"/queue/bulk/undo/{Undo.objects.latest('pk').uid}/?from=customers"
        return client.post(address, follow=True).content.decode()

    def test_a_stage(self, as_user: As, cast: Cast, owned: Owned) -> None:
        first, second, third = owned(stage="live"), owned(stage="onboarding"), owned(stage="onboarding")
        client = as_user(cast.owner)

        told = self.post(client, "stage", first, second, third, stage="live").content.decode()

        assert "2 customers: Live. 1 stays as it was." in told
        Customer.objects.filter(pk=third.pk).update(version=99)  # somebody changed it meanwhile
        assert "1 stays" in self.undo(client)
        assert [fresh(one).stage for one in (first, second, third)] == ["live", "onboarding", "live"]

    def test_archived_they_leave_lists_and_queue(self, as_user: As, cast: Cast, owned: Owned, task: Any) -> None:
        customer = owned(name="Kestrel")
        task(customer=customer)
        client = as_user(cast.owner)

        assert "1 customer is archived." in self.post(client, "archive", customer).content.decode()
        assert "Kestrel" not in client.get("/queue/").content.decode()
        assert "Kestrel" not in client.get("/customers/").content.decode()
        self.undo(client)
        assert "Kestrel" in client.get("/queue/").content.decode()

    def test_a_playbook(self, as_user: As, cast: Cast, owned: Owned) -> None:
        customer, book = owned(), at_work()
        self.post(as_user(cast.owner), "play", customer, playbook=f"{book.uid}")
        assert Run.objects.get().customer == customer

    @pytest.mark.parametrize("what", ["stage", "archive", "play", "merge"])
    def test_nothing_ticked_and_who_may_not(self, as_user: As, cast: Cast, owned: Owned, what: str) -> None:
        theirs = owned(team=cast.other_team, owner=cast.stranger, stage="live")
        client = as_user(cast.owner)
        for customers in ((), (theirs,)):
            self.post(client, what, *customers, stage="live")
        assert fresh(theirs).archived_on is None and not Run.objects.exists()
        assert self.post(as_user(cast.analyst), what, theirs).status_code == 403

    def test_two_lead_to_their_merging(self, as_user: As, cast: Cast, owned: Owned) -> None:
        into, one = owned(name="Kestrel"), owned(name="Kestrel Inc")
        answer = self.post(as_user(cast.owner), "merge", into, one)
        assert answer.redirect_chain[-1][0] == f"/customers/merge/?into={into.uid}&one={one.uid}"


def test_archived_on_its_page_and_brought_back(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client = as_user(cast.owner)
    page = client.post(f"/customers/{customer.uid}/archive/", follow=True).content.decode()
    assert fresh(customer).archived_on == clock.today()
    assert f"/customers/{customer.uid}/restore/" in page
    client.post(f"/customers/{customer.uid}/restore/")
    assert fresh(customer).archived_on is None
    assert as_user(cast.analyst).post(f"/customers/{customer.uid}/archive/").status_code == 403
