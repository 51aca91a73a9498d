"""The twelve stories are in the data as docs/demo.md tells them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from churn.models import ChurnEvent
from core.models import ExternalId
from customers.models import Contact, Customer, CustomerRole, TicketState, TimelineEntry, Touchpoint
from data.demo import stories
from data.tests.conftest import TODAY
from subscriptions.models import InvoiceState, SubscriptionVersion
from surveys.models import Response
from usage.models import CustomerFeed, FeedDay, UsageDay, UsagePerson

NAMES = {story["key"]: story["name"] for story in stories.told()}


pytestmark = pytest.mark.usefixtures("told_demo")


def customer(key: str) -> Customer:
    return Customer.objects.get(name=NAMES[key])


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def usage(key: str, first: date, last: date, feature: str = ""):
    rows = UsageDay.objects.filter(customer=customer(key), feature__key=feature)
    return rows.filter(day__gte=first, day__lt=last)


def events(key: str, first: date, last: date) -> int:
    return usage(key, first, last).aggregate(total=Sum("events"))["total"] or 0


def versions(key: str):
    return SubscriptionVersion.objects.filter(customer=customer(key)).order_by("known_on", "id")


def said(key: str) -> str:
    entries = TimelineEntry.objects.filter(customer=customer(key), text__isnull=False)
    return "\n".join(entries.values_list("text__body", flat=True))


def test_every_story_is_in_the_data_and_in_the_guide():
    guide = (Path(__file__).parents[2] / "docs" / "demo.md").read_text()
    assert len(NAMES) == 12
    assert Customer.objects.filter(name__in=NAMES.values()).count() == 12
    assert [name for name in NAMES.values() if name not in guide] == []


def test_champion_left():
    gone = Contact.objects.get(customer=customer("champion_left"), role="champion")
    assert (gone.name, gone.left_on) == ("Dana Whitfield", ago(24))
    people = UsagePerson.objects.filter(customer=customer("champion_left"))
    before = usage("champion_left", ago(42), ago(28)).aggregate(most=Sum("users"))["most"]
    after = usage("champion_left", ago(14), TODAY).aggregate(most=Sum("users"))["most"]
    assert after < before * 0.6
    assert people.filter(month=ago(1).replace(day=1)).exists()


def test_gone_dark_on_a_live_feed():
    assert events("gone_dark", ago(60), ago(27)) > 0
    assert events("gone_dark", ago(26), TODAY) == 0
    feed = CustomerFeed.objects.get(customer=customer("gone_dark")).source
    assert FeedDay.objects.filter(source=feed, day__gte=ago(7), customers__gt=50).count() == 7


def test_a_dead_feed_beside_a_customer_who_is_well():
    feed = CustomerFeed.objects.get(customer=customer("dead_feed")).source
    assert not FeedDay.objects.filter(source=feed, day__gte=ago(33)).exists()
    assert FeedDay.objects.filter(source=feed, day=ago(34)).exists()
    assert Touchpoint.objects.filter(customer=customer("dead_feed"), two_way=True, day=ago(9)).exists()
    assert Response.objects.get(customer=customer("dead_feed")).score == 9


def test_green_churn_by_acquisition():
    last = versions("green_churn").last()
    assert (last.cancelled_on, last.known_on, last.churn_kind, last.reason) == (ago(64), ago(64), "voluntary", "merged")
    assert ago(14) < last.ends_on < TODAY
    assert events("green_churn", ago(90), ago(64)) > events("green_churn", ago(180), ago(154)) * 0.7
    assert ChurnEvent.objects.get(customer=customer("green_churn")).reason.key == "merged"


def test_red_renewal_saved():
    assert events("red_renewal", ago(210), ago(180)) < events("red_renewal", ago(30), TODAY) / 2
    renewed = versions("red_renewal").filter(starts_on__gte=ago(80), ends_on=None).get()
    assert renewed.term_ends_on > TODAY + timedelta(days=250)
    scores = Response.objects.filter(customer=customer("red_renewal")).order_by("day").values_list("score", flat=True)
    assert list(scores) == [3, 8]


def test_price_rise_cohort():
    cohort = Customer.objects.filter(attributes__has_key="price_cohort")
    assert cohort.count() >= 15
    assert cohort.filter(name=NAMES["price_rise"]).exists()
    before, after = versions("price_rise").filter(starts_on__lt=ago(225), ends_on=None).order_by("-starts_on")[:2][::-1]
    dearer = (after.amount / after.quantity) / (before.amount / before.quantity)
    assert float(dearer) == pytest.approx(1.14, abs=0.01)
    assert after.quantity < before.quantity


def test_a_faulty_release_hits_forty():
    released = ago(70)
    errors = UsageDay.objects.filter(feature__key="", day__gte=released, day__lt=released + timedelta(days=16))
    share = errors.values("customer").annotate(bad=Sum("errors"), all=Sum("events")).filter(all__gt=40)
    hit = {row["customer"] for row in share if row["bad"] > row["all"] * 0.12}
    assert 30 <= len(hit) <= 40
    assert customer("faulty_release").pk in hit
    escalated = TicketState.objects.filter(customer=customer("faulty_release"), escalated=True)
    assert escalated.filter(day__gte=released).values("ticket").distinct().count() == 2


def test_stalled_onboarding():
    stalled = customer("stalled_onboarding")
    assert stalled.stage == "onboarding"
    used = UsageDay.objects.filter(customer=stalled, feature__kind="core").values("feature__key").distinct()
    assert [row["feature__key"] for row in used] == ["schedule_board"]
    assert UsagePerson.objects.filter(customer=stalled).values("person").distinct().count() <= 3


def test_downgrade_save():
    plans = list(versions("downgrade_save").filter(ends_on=None).order_by("starts_on").values_list("plan__name", "mrr"))
    assert [plan for plan, _mrr in plans[-2:]] == ["Business", "Team"]
    assert plans[-1][1] < plans[-2][1]
    assert not versions("downgrade_save").filter(cancelled_on__isnull=False).exists()
    assert "wants to give notice" in said("downgrade_save")


def test_card_failure_recovered():
    states = InvoiceState.objects.filter(customer=customer("card_recovered"), failed_attempts__gt=0)
    failed = states.values("invoice").annotate(n=Count("id")).get()["invoice"]
    course = states.filter(invoice=failed).order_by("known_on", "id").values_list("status", "failed_attempts")
    assert list(course) == [("failed", 1), ("failed", 2), ("failed", 3), ("paid", 3)]


def test_wrong_override():
    assert events("wrong_override", ago(28), TODAY) < events("wrong_override", ago(84), ago(56)) * 0.65
    assert "Gut feeling: safe" in said("wrong_override")
    assert TicketState.objects.filter(customer=customer("wrong_override"), escalated=True, day__gte=ago(56)).exists()


def test_expansion():
    main = versions("expansion").filter(ends_on=None).exclude(plan__name="Route optimiser").order_by("starts_on")
    seats = [int(version.quantity) for version in main]
    assert seats == sorted(seats)
    assert (seats[0], seats[-1]) == (40, 96)
    assert versions("expansion").filter(plan__name="Route optimiser").exists()
    assert Response.objects.filter(customer=customer("expansion")).latest("day").score == 10


def test_readable_external_ids_and_books():
    first = ExternalId.objects.get(noun="customer", value="cus_0001")
    assert first.object_id == customer("champion_left").pk
    assert Customer.objects.filter(parent__isnull=False).exists()
    owned = CustomerRole.objects.filter(role="csm", user__isnull=False).values("user").distinct()
    assert owned.count() == 6
    assert Customer.objects.filter(owner=None).exists()


def test_nothing_lies_in_the_future():
    for model in (Touchpoint, TicketState, InvoiceState, Response, UsageDay, FeedDay, ChurnEvent):
        assert not model.objects.filter(known_on__gte=TODAY).exists()
        assert not model.objects.filter(day__gte=TODAY).exists()
    assert not SubscriptionVersion.objects.filter(known_on__gte=TODAY).exists()
