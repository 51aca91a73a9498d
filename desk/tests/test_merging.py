"""Two records become one customer, and two again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Customer, Merge
from customers.tests.factories import AttributeFactory, ContactFactory, MergeFactory
from desk.queries import merging

As = Callable[[User], Client]
Owned = Callable[..., Customer]
# States and details of what is named, what is computed from facts, and what machinery keeps.
NOT_SAID = {
    "customers.AttributeChange", "customers.ContactChange", "customers.ContactSend", "customers.CustomerRole",
    "customers.GoalValue", "customers.MailReceived", "customers.Standing", "customers.Text", "customers.TicketState",
    "health.SignalHold", "playbooks.Membership", "subscriptions.ChurnCorrection", "subscriptions.InvoiceState",
    "subscriptions.MrrMovement", "surveys.Ask", "surveys.OpenLink", "usage.Attachment", "usage.ContactPerson",
    "usage.CustomerFeed", "usage.UsageFeaturePerson", "usage.UsagePerson",
}  # fmt: skip


@pytest.fixture
def pair(owned: Owned, cast: Cast) -> tuple[Customer, Customer]:
    AttributeFactory(key="tier", label="Tier")
    into = owned(name="Kestrel", stage="live", industry="", attributes={"tier": "B"})
    one = owned(name="Kestrel Inc", stage="onboarding", industry="Retail", owner=cast.mate, attributes={"tier": "A"})
    ContactFactory(customer=one)
    return into, one


def address(into: Customer, one: Customer) -> str:
    return f"/customers/merge/?into={into.uid}&one={one.uid}"


def test_every_value_and_fact_is_shown_first(as_user: As, cast: Cast, pair: tuple[Customer, Customer]) -> None:
    page = as_user(cast.owner).get(address(*pair))

    shown = {value.name: (value.into, value.one, value.wins, value.open) for value in page.context["preview"].values}
    assert shown["name"] == ("Kestrel", "Kestrel Inc", "into", True)
    assert shown["stage"] == ("Live", "Onboarding", "into", True)
    assert shown["industry"] == ("", "Retail", "one", False)
    assert shown["owner"] == ("Olive Owner", "Max Mate", "into", True)
    assert shown["attributes.tier"] == ("B", "A", "into", True)
    assert [(f"{label}", ours, theirs) for label, ours, theirs in page.context["preview"].facts] == [("Contacts", 0, 1)]
    assert Merge.objects.count() == 0


def test_merged_with_what_was_chosen_and_undone(as_user: As, cast: Cast, pair: tuple[Customer, Customer]) -> None:
    into, one = pair
    client = as_user(cast.owner)
    sent = {"into": into.uid, "one": one.uid, "stage": "one", "name": "into", "attributes.tier": "one"}

    answer = client.post("/customers/merge/", sent, follow=True)

    made = Merge.objects.get()
    into.refresh_from_db()
    assert (made.from_customer, made.into_customer, made.by) == (one, into, cast.owner)
    assert (into.name, into.stage, into.industry, into.owner) == ("Kestrel", "onboarding", "Retail", cast.owner)
    assert into.attributes == {"tier": "A"}
    assert f"/customers/merges/{made.pk}/undo/" in answer.content.decode()
    assert client.get(f"/customers/{one.uid}/").headers["Location"] == into.get_absolute_url()
    names = [row.record.name for row in client.get("/customers/").context["table"].page.object_list]
    assert names == ["Kestrel"]

    Customer.objects.filter(pk=into.pk).update(stage="renewing")  # changed since: it stays
    told = client.post(f"/customers/merges/{made.pk}/undo/", follow=True).content.decode()
    into.refresh_from_db()
    assert "are two again" in told and "undone on" in told
    assert (into.stage, into.industry, into.attributes) == ("renewing", "", {"tier": "B"})


def test_thirty_days_later_it_stays(as_user: As, cast: Cast, pair: tuple[Customer, Customer]) -> None:
    days = {one: MergeFactory(into_customer=pair[0], known_on=clock.today() - timedelta(one)) for one in (30, 31)}
    client = as_user(cast.owner)
    page = client.get("/customers/merges/").content.decode()

    assert f"/customers/merges/{days[30].pk}/undo/" in page and f"/customers/merges/{days[31].pk}/undo/" not in page
    assert "for good" in page
    for one in days.values():
        client.post(f"/customers/merges/{one.pk}/undo/")
        one.refresh_from_db()
    assert days[30].undone_on is not None and days[31].undone_on is None


def test_who_may_not(as_user: As, cast: Cast, owned: Owned, pair: tuple[Customer, Customer]) -> None:
    into, _one = pair
    theirs = owned(team=cast.other_team, owner=cast.stranger)
    made = MergeFactory(into_customer=theirs)
    sent = {"into": into.uid, "one": theirs.uid}

    assert as_user(cast.analyst).post("/customers/merge/", sent).status_code == 403
    client = as_user(cast.owner)
    assert client.post("/customers/merge/", sent).status_code == 404
    assert client.get("/customers/merge/").status_code == 404
    assert client.post(f"/customers/merges/{made.pk}/undo/").status_code == 404
    assert client.get("/customers/merges/").context["rows"] == []
    assert Merge.objects.count() == 1


def test_what_is_merged_already_is_refused(as_user: As, cast: Cast, pair: tuple[Customer, Customer]) -> None:
    into, one = pair
    client = as_user(cast.owner)
    for _ in range(2):
        answer = client.post("/customers/merge/", {"into": into.uid, "one": one.uid}, follow=True)
    assert "merged with another already" in answer.content.decode()
    assert Merge.objects.count() == 1


def test_who_could_be_the_same(as_user: As, cast: Cast, owned: Owned, pair: tuple[Customer, Customer]) -> None:
    owned(name="Kestrel of others", team=cast.other_team)
    client = as_user(cast.owner)

    def found(words: str) -> list[str]:
        return [one.name for one in client.get(f"/customers/merge/?into={pair[0].uid}&q={words}").context["found"]]

    assert found("") == ["Kestrel Inc"]
    assert found("zzz") == []


def test_a_list_of_merges_asks_as_often_for_three(as_user: As, cast: Cast, pair: tuple[Customer, Customer]) -> None:
    client, counts = as_user(cast.owner), []
    for more in (1, 2):
        MergeFactory.create_batch(more, into_customer=pair[0])
        with CaptureQueriesContext(connection) as queries:
            client.get("/customers/merges/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_no_noun_of_a_customer_is_left_unsaid() -> None:
    said = {name for name, _label in merging.FACTS} | NOT_SAID
    of_customer = {
        model._meta.label
        for model in apps.get_models()
        if any(one.name == "customer" and one.related_model is Customer for one in model._meta.fields)
    }
    assert of_customer - said == set()
