import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from customers.models import Customer, TimelineEntry, Touchpoint
from customers.registry import MEASURES
from customers.tests.factories import (
    AttributeChangeFactory,
    ContactFactory,
    CustomerFactory,
    TextFactory,
    TimelineEntryFactory,
    TouchpointFactory,
    noon,
)
from health.tests.factories import ScoreFactory
from playbooks.models import WorkItem
from subscriptions.tests.factories import sell

As = Callable[[User], Client]
Owned = Callable[..., Customer]


def page(client: Client, customer: Customer, query: str = "", **headers: str) -> str:
    answer = client.get(f"{customer.get_absolute_url()}{query}", headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("person", "status"), [("owner", 200), ("mate", 200), ("lead", 200), ("administrator", 200),
                                               ("analyst", 200), ("stranger", 404)])  # fmt: skip
def test_who_sees_a_customer(as_user: As, cast: Cast, owned: Owned, person: str, status: int) -> None:
    assert as_user(getattr(cast, person)).get(owned().get_absolute_url()).status_code == status


def test_nobodys_customer_is_for_leads_and_administrators(as_user: As, cast: Cast) -> None:
    address = CustomerFactory().get_absolute_url()

    statuses = [as_user(one).get(address).status_code for one in (cast.owner, cast.lead, cast.administrator)]

    assert statuses == [404, 200, 200]


def test_it_says_who_they_are(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned(name="Northwind", industry="Logistics", stage="onboarding", attributes={"tier": "gold"})

    shown = page(as_user(cast.owner), customer)

    for words in ("Northwind", "Logistics", "Onboarding", "owner Olive Owner", "tier: gold"):
        assert words in shown


def test_a_customer_without_standing(as_user: As, cast: Cast) -> None:
    shown = page(as_user(cast.owner), CustomerFactory(team=cast.team))

    assert "computed tonight" in shown


def test_people_and_what_is_wrong_with_them(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    ContactFactory(customer=customer, name="Ana Ruiz", role="user")
    client = as_user(cast.owner)

    assert "Only one contact is active" in page(client, customer)

    ContactFactory(customer=customer, name="Bo", role="champion", left_on=clock.today() - timedelta(12))
    assert "The champion left" in page(client, customer)


def test_a_note_is_on_the_timeline(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client = as_user(cast.owner)

    client.post(f"{customer.get_absolute_url()}note/", {"text": "They like the reports."})

    assert "They like the reports." in page(client, customer)


def test_a_form_that_is_sent_twice_writes_once(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client, notes = as_user(cast.owner), TimelineEntry.objects.filter(customer=customer, kind="note")
    address = f"{customer.get_absolute_url()}note/"
    token = re.findall('name="once" value="([^"]+)"', page(client, customer))[0]

    client.post(address, {"text": "", "once": token})  # refused, so it may come again
    for _ in range(2):
        client.post(address, {"text": "They like the reports.", "once": token})

    assert notes.count() == 1
    client.post(address, {"text": "They like the reports."})
    assert notes.count() == 2


def test_an_empty_note_is_refused_and_says_so(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    client = as_user(cast.owner)

    answer = client.post(f"{customer.get_absolute_url()}note/", {"text": " "})

    assert "Nothing was saved." in answer.content.decode()


def test_log_a_call_of_yesterday(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, yesterday = owned(), clock.today() - timedelta(1)
    contact = ContactFactory(customer=customer)

    as_user(cast.owner).post(
        f"{customer.get_absolute_url()}touch/",
        {"kind": "call", "on": f"{yesterday}", "contact": contact.pk, "two_way": "on", "note": "All well."},
    )

    logged = Touchpoint.objects.get()
    assert (logged.day, logged.contact, logged.two_way, logged.by) == (yesterday, contact, True, cast.owner)


def test_tomorrows_call_is_refused(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, tomorrow = owned(), clock.today() + timedelta(1)

    as_user(cast.owner).post(f"{customer.get_absolute_url()}touch/", {"kind": "call", "on": f"{tomorrow}"})

    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("touch", {"kind": "call", "on": "0001-01-01"}),
        ("task", {"words": "Call", "due_on": "9999-12-31"}),
        ("note", {"text": "a" * 20_001}),
    ],
)
def test_what_no_one_means_is_refused(as_user: As, cast: Cast, owned: Owned, act: str, given: dict[str, str]) -> None:
    answer = as_user(cast.owner).post(f"{owned().get_absolute_url()}{act}/", given)

    assert (Touchpoint.objects.count(), WorkItem.objects.count()) == (0, 0)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Nothing was saved." in text and all(value in text for value in given.values())  # nothing written is lost


def test_add_a_task_and_complete_it_here(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, due = owned(), clock.today() + timedelta(3)
    client, home = as_user(cast.owner), customer.get_absolute_url()

    client.post(f"{home}task/", {"words": "Send the report", "due_on": f"{due}"})
    item = WorkItem.objects.get()
    assert "Send the report" in page(client, customer)
    answer = client.post(f"/tasks/{item.uid}/complete/", {"version": 1, "outcome": "solved", "back": home})

    assert answer.headers["Location"] == home
    assert (item.owner, item.due_on, WorkItem.objects.live().count()) == (cast.owner, due, 0)


@pytest.mark.parametrize("act", ["note", "touch", "task"])
def test_an_analyst_writes_nothing_and_sees_no_form(as_user: As, cast: Cast, owned: Owned, act: str) -> None:
    customer = owned()
    client = as_user(cast.analyst)

    assert client.post(f"{customer.get_absolute_url()}{act}/").status_code == 403
    assert "Add note" not in page(client, customer)


@pytest.mark.parametrize("act", ["note", "touch", "task"])
def test_a_stranger_finds_nothing(as_user: As, cast: Cast, owned: Owned, act: str) -> None:
    assert as_user(cast.stranger).post(f"{owned().get_absolute_url()}{act}/").status_code == 404


def test_the_timeline_by_kind_words_and_page(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, client = owned(), as_user(cast.owner)
    for back in range(40):
        TimelineEntryFactory(customer=customer, at=noon(clock.today() - timedelta(back)), kind="stage_changed",
                             values={"before": "a", "after": f"step-{back}"})  # fmt: skip
    client.post(f"{customer.get_absolute_url()}note/", {"text": "A word"})
    first = client.get(customer.get_absolute_url()).context["story"]
    older = f"?before={first.older[0].isoformat().replace('+', '%2B')}~{first.older[1]}"
    htmx = {"HX-Request": "true", "HX-Target": "timeline"}

    assert "step-12" in page(client, customer, older, **htmx)
    assert "step-0" not in page(client, customer, older, **htmx)
    assert page(client, customer, older, **htmx).lstrip().startswith('<div id="timeline"')
    assert "step-0" not in page(client, customer, "?kind=note", **htmx)
    both = page(client, customer, "?kind=note&kind=stage_changed", **htmx)
    assert "A word" in both and "step-1" in both
    whole = page(client, customer, "?kind=note&kind=stage_changed")
    assert whole.count('name="kind"') > whole.count("checked>") >= 2
    assert "A word" in page(client, customer, "?kind=note&words=word+a", **htmx)
    assert "Nothing fits." in page(client, customer, "?kind=note&words=nowhere", **htmx)
    assert "step-0" in page(client, customer, "?before=nonsense~1", **htmx)


def test_parent_and_children_with_their_mrr(as_user: As, cast: Cast, owned: Owned) -> None:
    parent = owned(name="Group", standing={"mrr": 100})
    child = owned(name="Branch", parent=parent, standing={"mrr": 50})
    owned(name="Hidden", parent=parent, team=cast.other_team, owner=None)
    client = as_user(cast.owner)

    family = client.get(parent.get_absolute_url()).context["page"].family

    assert (family.children, family.mrr) == ([child], 150)
    assert client.get(child.get_absolute_url()).context["page"].family.parent == parent


class TestFigures:
    def test_every_measure_opens(self, as_user: As, cast: Cast, owned: Owned) -> None:
        customer, client = owned(), as_user(cast.owner)
        for key in MEASURES:
            assert client.get(f"{customer.get_absolute_url()}figures/{key}/").status_code == 200, key

    def test_it_says_what_it_is_and_as_of_when(self, as_user: As, cast: Cast, owned: Owned) -> None:
        customer = owned(standing={"measured": {"open_work_items": 3}})

        shown = page(as_user(cast.owner), customer, "figures/open_work_items/")

        for words in ("Open tasks", "neither done nor cleared", "As of", "Known on", "measure.open_work_items"):
            assert words in shown

    def test_it_is_a_side_sheet_for_htmx(self, as_user: As, cast: Cast, owned: Owned) -> None:
        headers = {"HX-Request": "true", "HX-Target": "sheet-body"}

        shown = page(as_user(cast.owner), owned(), "figures/last_touch_on/", **headers)

        assert shown.lstrip().startswith('<header class="sheet-head"')

    def test_unknown_or_unseen_is_not_found(self, as_user: As, cast: Cast, owned: Owned) -> None:
        customer = owned()

        assert as_user(cast.owner).get(f"{customer.get_absolute_url()}figures/nonsense/").status_code == 404
        assert as_user(cast.stranger).get(f"{customer.get_absolute_url()}figures/score/").status_code == 404


def test_nothing_is_written_by_looking(as_user: As, cast: Cast, owned: Any) -> None:
    customer = owned()

    page(as_user(cast.owner), customer)

    assert not TimelineEntry.objects.exists()


def test_the_people_map_says_who_is_missing_and_who_has_gone_quiet(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, today = owned(), clock.today()
    quiet = ContactFactory(customer=customer, name="Ana Ruiz", role="champion")
    ContactFactory(customer=customer, name="Bo Berg", role="user")
    day = today - timedelta(90)
    TouchpointFactory(customer=customer, contact=quiet, day=day, known_on=day, at=noon(day), two_way=True)

    roles = as_user(cast.owner).get(customer.get_absolute_url()).context["page"].roles

    shown = [
        (one.role.value, [(person.contact.name, person.last, person.quiet) for person in one.people]) for one in roles
    ]
    assert shown == [
        ("champion", [("Ana Ruiz", day, True)]),
        ("decision_maker", []),
        ("user", [("Bo Berg", None, False)]),
    ]


def test_it_says_what_changed_since_they_talked(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, today = owned(standing={"score": 41}), clock.today()
    client = as_user(cast.owner)
    assert client.get(customer.get_absolute_url()).context["page"].since.talk is None

    day = today - timedelta(20)
    talk = TouchpointFactory(customer=customer, day=day, known_on=day, at=noon(day), two_way=True)
    TouchpointFactory(customer=customer, day=today, known_on=today, at=noon(today), two_way=False)
    ScoreFactory(customer=customer, day=day - timedelta(5), score=Decimal(72), band="good")
    sell(customer, 50, today, known_on=today)
    ContactFactory(customer=customer, name="Ana Ruiz", left_on=today)

    since = client.get(customer.get_absolute_url()).context["page"].since
    assert since.talk == talk
    assert [one.words for one in since.changes] == ["health 72 → 41", "MRR up by $50", "Ana Ruiz left"]


def test_the_stages_so_far(as_user: As, cast: Cast, owned: Owned) -> None:
    customer, today = owned(stage="established"), clock.today()
    empty = f"{owned().get_absolute_url()}stages/"
    assert as_user(cast.owner).get(empty).context["stages"] == []
    for days, stage in ((100, "onboarding"), (40, "established"), (20, "established")):
        day = today - timedelta(days)
        AttributeChangeFactory(customer=customer, key="stage", value=stage, day=day, known_on=day)
    address = f"{customer.get_absolute_url()}stages/"

    found = as_user(cast.owner).get(address).context["stages"]

    assert [(one.name, one.days) for one in found] == [("established", 41), ("onboarding", 60)]
    assert as_user(cast.stranger).get(address).status_code == 404


def test_the_group_adds_up_to_money_and_health(as_user: As, cast: Cast, owned: Owned) -> None:
    parent = owned(standing={"band": "good"})
    owned(parent=parent, standing={"band": "risk", "mrr_at_risk": 400})
    family = as_user(cast.owner).get(parent.get_absolute_url()).context["page"].family
    assert (family.mrr, family.at_risk, family.bands) == (2000, 500, [("risk", 1), ("good", 1)])


def test_words_are_found_in_any_order(as_user: As, cast: Cast, owned: Owned) -> None:
    customer = owned()
    TimelineEntryFactory(customer=customer, text=TextFactory(customer=customer, body="They wait for the export"))
    client = as_user(cast.owner)
    assert len(client.get(f"{customer.get_absolute_url()}?words=export+they").context["story"].lines) == 1
    assert client.get(f"{customer.get_absolute_url()}?words=export+never").context["story"].lines == []
