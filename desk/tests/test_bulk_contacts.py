from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.domain.contacting import suppressing
from customers.models import Contact, Suppression
from customers.tests.factories import ContactFactory
from playbooks.models import Undo
from surveys.domain import publishing
from surveys.models import Ask, Survey

As = Callable[[User], Client]
Owned = Callable[..., Any]


@pytest.fixture
def people(owned: Owned, cast: Cast) -> list[Contact]:
    """Two of the owner's, and one of somebody else's team."""
    mine = owned()
    foreign = owned(team=cast.other_team, owner=cast.stranger)
    emails = ("ana@example.com", "ben@example.com")
    return [*(ContactFactory(customer=mine, email=one) for one in emails), ContactFactory(customer=foreign)]


def bulk(client: Client, act: str, *people: Contact, **data: Any) -> Any:
    ticked = {"contacts": [f"{one.uid}" for one in people]}
    return client.post(f"/customers/contacts/bulk/{act}/?from=contacts&role=user", ticked | data, follow=True)


def undo(client: Client) -> Any:
    return client.post(f"/queue/bulk/undo/{Undo.objects.latest('pk').uid}/?from=contacts", follow=True)


def kept(key: str, people: list[Contact]) -> list[Any]:
    return [getattr(Contact.objects.get(pk=one.pk), key) for one in people]


def test_a_role_for_those_that_one_sees_and_back(as_user: As, cast: Cast, people: list[Contact]) -> None:
    client = as_user(cast.owner)

    answer = bulk(client, "change", *people, set="role", role="champion")

    assert kept("role", people) == ["champion", "champion", "user"]
    assert "2 contacts: Champion." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/customers/contacts/?role=user"
    Contact.objects.filter(pk=people[1].pk).update(role="billing")
    assert "1 stays: somebody has changed it since." in undo(client).content.decode()
    assert kept("role", people) == ["user", "billing", "user"]


def test_that_they_left_and_back(as_user: As, cast: Cast, people: list[Contact]) -> None:
    client = as_user(cast.owner)
    bulk(client, "change", people[0], set="left_on")
    assert kept("left_on", people) == [clock.today(), None, None]
    undo(client)
    assert kept("left_on", people) == [None, None, None]


def test_no_more_mail_and_back(as_user: As, cast: Cast, people: list[Contact]) -> None:
    suppressing.suppress(addresses=["ben@example.com"], reason=Suppression.Reason.BOUNCED, at=clock.now())
    client = as_user(cast.owner)

    answer = bulk(client, "stop-mail", *people)

    assert "2 contacts get no more mail." in answer.content.decode()
    assert kept("consent", people) == ["withdrawn", "withdrawn", "unknown"]
    assert Suppression.objects.filter(lifted_at=None).count() == 2
    undo(client)
    assert kept("consent", people) == ["unknown", "unknown", "unknown"]
    assert [one.reason for one in Suppression.objects.filter(lifted_at=None)] == ["bounced"], "not ours to lift"


def test_a_survey_asks_the_chosen_after_its_plan_was_seen(as_user: As, cast: Cast, people: list[Contact]) -> None:
    survey = Survey.objects.create(name="Pulse")
    publishing.publish(survey=survey, by=None, at=clock.now())
    client = as_user(cast.owner)
    ticked = {"contacts": [f"{one.uid}" for one in people], "survey": f"{survey.uid}", "spread_days": "1"}

    sent_on = client.post("/customers/contacts/bulk/ask/", ticked)
    assert (sent_on.status_code, sent_on["Location"]) == (307, f"/surveys/{survey.uid}/book/")
    plan = client.post(sent_on["Location"], ticked)

    assert "Ask 2 chosen contacts" in plan.content.decode()
    assert not Ask.objects.exists()
    client.post(sent_on["Location"], ticked | {"start": "1"})
    assert {one.contact for one in Ask.objects.all()} == {*people[:2]}


def test_the_ticked_ones_as_a_file(as_user: As, cast: Cast, people: list[Contact]) -> None:
    answer = bulk(as_user(cast.owner), "file", people[1], people[2], format="csv")
    lines = b"".join(answer).decode().splitlines()
    assert len(lines) == 2
    assert "ben@example.com" in lines[1]


def test_who_only_reads_has_no_bar_and_may_not(as_user: As, cast: Cast, people: list[Contact]) -> None:
    assert 'id="bulk"' in as_user(cast.owner).get("/customers/contacts/").content.decode()
    client = as_user(cast.analyst)
    assert 'id="bulk"' not in client.get("/customers/contacts/").content.decode()
    assert bulk(client, "change", people[0], set="role", role="champion").status_code == 403
    assert kept("role", people) == ["user", "user", "user"]


def test_nothing_ticked_or_nothing_chosen(as_user: As, cast: Cast, people: list[Contact]) -> None:
    client = as_user(cast.owner)
    for act, data in (("change", {"set": "role", "role": "king"}), ("change", {"set": "name"}), ("ask", {})):
        assert "Tick the contacts" in bulk(client, act, people[0], **data).content.decode()
    assert "Tick the contacts" in bulk(client, "stop-mail").content.decode()
    assert not Undo.objects.exists()
