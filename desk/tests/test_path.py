"""Hand-off, implementation and success plan: what is written, what is missing, and who sees it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import Cast
from core import clock
from core.clock import AsOf
from customers.domain import goals as goal_writes
from customers.models import Customer, Document, Goal, GoalValue, HandOff, StageRecord
from customers.queries.path import goals, handed_off, reached_of
from customers.registry import gather
from customers.tests.factories import ContactFactory

As = Callable[[User], Client]
TOLD = {"situation": "They outgrew their sheets.", "goals": "Half the time per order.", "promises": "Live by May."}
ALL = {**TOLD, "industry": "Logistics", "employees": "240"}


@pytest.fixture
def customer(owned: Any) -> Customer:
    found: Customer = owned(industry="", employees=None)
    return found


def told(answer: Any) -> str:
    return " ".join(str(one) for one in answer.context["messages"])


def at(customer: Customer, what: str) -> str:
    return f"/customers/{customer.uid}/{what}/"


class TestHandOff:
    def test_it_says_what_is_missing_until_nothing_is(self, as_user: As, cast: Cast, customer: Customer) -> None:
        client = as_user(cast.owner)
        assert client.get(at(customer, "hand-off")).context["hand_off"].filled == 0

        client.post(at(customer, "hand-off/save"), {**ALL, "promises": ""})
        early = client.post(at(customer, "hand-off/take-over"), follow=True)

        assert "Still missing: promises made." in told(early)
        customer.refresh_from_db()
        assert (customer.industry, customer.employees) == ("Logistics", 240)

        client.post(at(customer, "hand-off/save"), ALL)
        client.post(at(customer, "hand-off/take-over"))

        read = handed_off(customer)
        assert (read.filled, read.is_taken_over, read.row and read.row.by) == (5, True, cast.owner)
        assert HandOff.objects.count() == 3, "a correction is a new row"

    def test_two_who_write_it_lose_nothing(self, as_user: As, cast: Cast, customer: Customer) -> None:
        client = as_user(cast.owner)
        client.post(at(customer, "hand-off/save"), ALL)
        seen = {f"initial-{name}": value for name, value in ALL.items()}
        client.post(at(customer, "hand-off/save"), {**ALL, "goals": "Theirs.", "promises": "Theirs, too."})

        mine = {**ALL, **seen, "goals": "Mine.", "situation": "Mine, too."}
        answer = client.post(at(customer, "hand-off/save"), mine)

        assert answer.status_code == 422
        assert answer.context["form"].errors == {
            "goals": ["Somebody else set this to “Theirs.” meanwhile. Save again to set yours."]
        }
        client.post(at(customer, "hand-off/save"), {**answer.context["form"].data.dict(), "once": ""})
        row = handed_off(customer).row
        assert row and [row.situation.body, row.goals.body] == ["Mine, too.", "Mine."]
        assert row.promises.body == "Theirs, too.", "what only they changed stays theirs"

    def test_it_is_on_the_customers_page(self, as_user: As, cast: Cast, customer: Customer) -> None:
        as_user(cast.owner).post(at(customer, "hand-off/save"), TOLD)
        assert "3 of 5 filled in" in as_user(cast.owner).get(customer.get_absolute_url()).content.decode()


class TestImplementation:
    def test_a_stage_is_reached_and_not_after_all(self, as_user: As, cast: Cast, customer: Customer) -> None:
        client, yesterday = as_user(cast.owner), clock.today() - timedelta(1)

        client.post(at(customer, "implementation/kick_off"), {"on": f"{yesterday}"})
        assert reached_of(customer) == {"kick_off": yesterday}
        assert gather(AsOf.live(), ["onboarding_progress"], [customer.pk])["onboarding_progress"].tolist() == [0.25]

        client.post(at(customer, "implementation/kick_off"), {"not": "1"})
        assert reached_of(customer) == {}
        late = client.post(
            at(customer, "implementation/go_live"), {"on": f"{clock.today() + timedelta(1)}"}, follow=True
        )
        assert "when it has happened" in told(late)
        assert client.post(at(customer, "implementation/never"), {"on": f"{yesterday}"}, follow=True).status_code == 200
        assert reached_of(customer) == {}

    def test_a_record_with_people_files_and_satisfaction(
        self, as_user: As, cast: Cast, customer: Customer, owned: Any
    ) -> None:
        person, other = ContactFactory(customer=customer), ContactFactory(customer=owned())
        client = as_user(cast.owner)
        file = SimpleUploadedFile("agenda <b>.html", b"<script>alert(1)</script>", "text/html")
        data = {"stage": "training", "words": "Half a day.", "trained": person.pk, "satisfaction": "4", "uploads": file}

        client.post(at(customer, "implementation/record"), data)

        record = StageRecord.objects.get()
        assert (record.satisfaction, list(record.trained.all()), record.text.body) == (4, [person], "Half a day.")
        page = client.get(at(customer, "implementation")).content.decode()
        assert "Half a day." in page and f"{person}" in page and "satisfaction 4 of 5" in page

        sent = client.get(at(customer, f"documents/{Document.objects.get().uid}"))
        assert sent.content == b"<script>alert(1)</script>"
        assert sent.headers["Content-Disposition"].startswith("attachment")
        assert sent.headers["Content-Type"] == "application/octet-stream"

        client.post(at(customer, "implementation/record"), {"stage": "training", "trained": other.pk})
        client.post(at(customer, "implementation/record"), {"stage": "training"})
        assert StageRecord.objects.count() == 1, "neither a foreign contact nor nothing"

    def test_too_large_a_file(self, as_user: As, cast: Cast, customer: Customer, monkeypatch: Any) -> None:
        monkeypatch.setattr("customers.domain.path.LARGEST", 10)
        file = SimpleUploadedFile("a.txt", b"x" * 12)
        answer = as_user(cast.owner).post(
            at(customer, "implementation/record"), {"stage": "training", "uploads": file}, follow=True
        )
        assert "at most" in told(answer)
        assert not Document.objects.exists()

    def test_what_should_be_so_before_go_live(self, as_user: As, cast: Cast, customer: Customer) -> None:
        customer.standing.measured |= {"sticky_adoption_28": 0.5, "decision_maker_sticky_28": 0}
        customer.standing.save()

        stages = as_user(cast.owner).get(at(customer, "implementation")).context["stages"]

        held = {exit.measure.key: exit.holds for stage in stages for exit in stage.exits}
        assert (held["sticky_adoption_28"], held["decision_maker_sticky_28"], held["active_users_28"]) == (
            True,
            False,
            False,
        )


class TestPlan:
    def test_a_goal_by_hand_until_it_is_reached(self, as_user: As, cast: Cast, customer: Customer) -> None:
        client = as_user(cast.owner)
        client.post(at(customer, "plan/goals"), {"words": "Hours per order", "baseline": "8", "target": "4"})
        goal = Goal.objects.get()
        (before,) = goals(customer)
        assert (before.percent, before.is_reached) == (0, False)

        client.post(at(customer, f"plan/goals/{goal.uid}"), {"value": "5", "on": f"{clock.today()}"})
        (now,) = goals(customer)
        assert (now.value, now.percent, now.change) == (5, 75, -3)
        client.post(at(customer, f"plan/goals/{goal.uid}"), {"value": "3.5", "on": f"{clock.today()}"})

        assert gather(AsOf.live(), ["goals_reached"], [customer.pk])["goals_reached"].tolist() == [1]
        printed = client.get(at(customer, "plan/print")).content.decode()
        assert "1 of 1 goal reached" in printed and "Hours per order" in printed

        client.post(at(customer, f"plan/goals/{goal.uid}/drop"))
        assert goals(customer) == []

    def test_a_goal_that_follows_a_measure(self, as_user: As, cast: Cast, customer: Customer) -> None:
        data = {"words": "Well begun", "baseline": "0", "target": "1", "measure": "onboarding_progress"}
        as_user(cast.owner).post(at(customer, "plan/goals"), data)
        as_user(cast.owner).post(at(customer, "implementation/set_up"), {"on": f"{clock.today()}"})

        for _ in range(2):
            goal_writes.follow(day=clock.today(), at=clock.now())

        assert [row.value for row in GoalValue.objects.order_by("pk")] == [Decimal("0.25")]
        count = GoalValue.objects.count()
        goal_writes.follow(day=clock.today(), at=clock.now())
        assert GoalValue.objects.count() == count, "only what has moved is written"

    @pytest.mark.parametrize(
        "data",
        [
            {"words": "x", "baseline": "1", "target": "1"},
            {"words": "", "baseline": "1", "target": "2"},
            {"words": "x", "baseline": "1", "target": "2", "due_on": "1999-01-01"},
            {"words": "x", "baseline": "1", "target": "2", "measure": "band"},
        ],
    )
    def test_no_goal(self, as_user: As, cast: Cast, customer: Customer, data: Any) -> None:
        answer = as_user(cast.owner).post(at(customer, "plan/goals"), data, follow=True)
        assert "Nothing was saved." in told(answer)
        assert not Goal.objects.exists()

    def test_the_number_of_queries_is_fixed(self, as_user: As, cast: Cast, customer: Customer) -> None:
        client, counts = as_user(cast.owner), []
        for _ in range(2):
            client.post(at(customer, "plan/goals"), {"words": "Hours", "baseline": "8", "target": "4"})
            client.post(at(customer, "implementation/record"), {"stage": "training", "words": "Done"})
            with CaptureQueriesContext(connection) as queries:
                client.get(at(customer, "plan"))
                client.get(at(customer, "implementation"))
            counts.append(len(queries))
        assert counts[0] == counts[1]


WRITES = ["hand-off/save", "hand-off/take-over", "implementation/record", "implementation/kick_off", "plan/goals"]


@pytest.mark.parametrize("what", WRITES)
def test_who_may_not_write(as_user: As, cast: Cast, customer: Customer, what: str) -> None:
    data = {**ALL, "on": f"{clock.today()}", "stage": "training", "words": "x", "baseline": 1, "target": 2}
    assert as_user(cast.stranger).post(at(customer, what), data).status_code == 404
    assert as_user(cast.analyst).post(at(customer, what), data).status_code == 403
    assert not any(model.objects.exists() for model in (HandOff, StageRecord, Goal)) and not reached_of(customer)


@pytest.mark.parametrize("what", ["hand-off", "implementation", "plan", "plan/print"])
def test_who_reads(as_user: As, cast: Cast, customer: Customer, what: str) -> None:
    assert as_user(cast.stranger).get(at(customer, what)).status_code == 404
    assert as_user(cast.analyst).get(at(customer, what)).status_code == 200
