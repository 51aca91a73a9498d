from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import UserFactory, make_cast
from core import clock, jobs
from customers.tests.factories import CustomerFactory
from subscriptions.domain import generations, rulesets
from subscriptions.domain.settings import SETTINGS
from subscriptions.models import Ruleset
from subscriptions.queries import what_if
from subscriptions.tests.factories import rate, sell

pytestmark = pytest.mark.django_db
PAGE = reverse("subscriptions:settings")


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    return client


def whole(**changes: Any) -> dict[str, Any]:
    """The form as it stands, with some fields changed."""
    rules = {**rulesets.rules(rulesets.current()), **changes}
    return {one.key: "" if rules[one.key] is None else rules[one.key] for one in SETTINGS}


def test_every_setting_is_there_with_its_words(administrator: Client) -> None:
    page = administrator.get(PAGE)
    assert all(str(one.words) in page.content.decode() for one in SETTINGS)
    assert {one.key for one in SETTINGS if not one.reads} == what_if.MATTERS.keys()


@pytest.mark.parametrize("role", [Role.CSM, Role.LEAD, Role.ANALYST])
def test_only_administrators_see_or_change_them(client: Client, role: Role) -> None:
    client.force_login(UserFactory(role=role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, whole(past_due_days=3)).status_code == 403
    assert client.get(reverse("subscriptions:what-if", args=["fx"])).status_code == 403
    assert rulesets.rules(rulesets.current())["past_due_days"] == 30


def test_a_changed_setting_is_built_and_then_counts(administrator: Client) -> None:
    sell(CustomerFactory())
    assert administrator.post(PAGE, whole(past_due_days=3)).status_code == 302
    assert "A new ledger is being computed" in administrator.get(PAGE).content.decode()
    jobs.work()
    assert "The new ledger is in force" in administrator.get(reverse("subscriptions:progress")).content.decode()
    assert rulesets.rules(rulesets.current())["past_due_days"] == 3


def test_a_bad_value_is_told_at_its_field(administrator: Client) -> None:
    page = administrator.post(PAGE, whole(past_due_days=4000))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["past_due_days"])


def test_settings_without_a_rate_are_refused_at_once(administrator: Client) -> None:
    """A ledger that can't be computed would be tried for ever."""
    day = date(2025, 1, 15)
    rate("EUR", "1.1", day)
    sell(CustomerFactory(), 100, day, currency="EUR")
    page = administrator.post(PAGE, whole(fx="first_of_month"))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["fx"])
    assert "no exchange rate of EUR on 2025-01-01" in page.content.decode()
    assert what_if.building() is None
    rate("EUR", "1.2", date(2025, 1, 1))
    assert administrator.post(PAGE, whole(fx="first_of_month")).status_code == 302


def test_what_a_setting_would_do_is_what_it_does() -> None:
    """The figures shown before the change are those of the ledger after it."""
    first, end = what_if.last_month()
    long_ago = first - timedelta(days=200)
    sell(CustomerFactory(), 100, long_ago)
    sell(CustomerFactory(), 50, long_ago, ends_on=end, cancelled_on=first + timedelta(days=3))
    before = what_if.now()
    asked = next(one for one in what_if.choices("churn_counts", total=before) if one.value == "when_asked").month
    assert asked is not None
    assert (before.start, before.churn, asked.start, asked.churn) == (150_000_000, 0, 150_000_000, 50_000_000)
    assert (before.nrr, asked.nrr, asked.grr) == (1, pytest.approx(2 / 3), pytest.approx(2 / 3))
    generations.change(settings={"churn_counts": "when_asked"}, by=None)
    jobs.work()
    assert what_if.now() == asked


def test_coming_back_late_would_be_new() -> None:
    first, _end = what_if.last_month()
    customer = CustomerFactory()
    sell(customer, 100, first - timedelta(days=200), ends_on=first - timedelta(days=100))
    sell(customer, 100, first + timedelta(days=3))
    before = what_if.now()
    by_value = {one.value: one.month for one in what_if.choices("reactivation_within_days", total=before)}
    month = by_value[90]
    assert month is not None
    assert (before.new, before.reactivation) == (0, 100_000_000)
    assert (month.new, month.reactivation) == (100_000_000, 0)
    assert by_value[365] == before


@pytest.mark.parametrize("key", sorted(what_if.MATTERS))
def test_each_setting_says_what_it_would_do(administrator: Client, key: str) -> None:
    sell(CustomerFactory(), 100, clock.today() - timedelta(days=100))
    page = administrator.get(reverse("subscriptions:what-if", args=[key]))
    assert page.context["choices"][0].current
    assert len(page.context["choices"]) > 1


def test_there_is_no_what_if_of_what_moves_nothing(administrator: Client) -> None:
    assert administrator.get(reverse("subscriptions:what-if", args=["rate_valid_days"])).status_code == 404


def test_looking_makes_no_ruleset(client: Client) -> None:
    """Before the first write of money every page is there, and a look at it writes nothing."""
    client.force_login(make_cast().administrator)
    names = ["settings", "collections", "renewals", "committed", "saves", "costs", "attention"]
    for address in ["/reports/", "/reports/retention/", *(reverse(f"subscriptions:{name}") for name in names)]:
        assert client.get(address).status_code == 200
    assert client.get(reverse("subscriptions:what-if", args=["paused"])).status_code == 200
    assert not Ruleset.objects.exists()
    generations.change(settings={"shown": "arr"}, by=None)
    assert Ruleset.objects.get().in_force
