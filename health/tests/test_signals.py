from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from core.models import Event
from customers.models import Customer
from customers.tests.factories import CustomerFactory, TouchpointFactory
from health.domain import signals
from health.models import Signal, SignalDay, SignalRule
from health.queries import signals as queries
from health.queries.signals import Shown, open_signals, records
from subscriptions.domain import ledger
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db
D = date(2026, 3, 20)


def ago(count: int) -> date:
    return D - timedelta(days=count)


@pytest.fixture
def rule() -> SignalRule:
    """No word for 90 days, two nights in a row."""
    SignalRule.objects.exclude(key="silent").update(is_on=False)
    SignalRule.objects.filter(key="silent").update(hold_days=2)
    return SignalRule.objects.get(key="silent")


def silent(last: date | None = None, **more: object) -> Customer:
    last = last or ago(95)
    customer = CustomerFactory(created_on=ago(400), known_on=ago(400), **more)
    sell(customer=customer, starts_on=ago(300), known_on=ago(300))
    TouchpointFactory(customer=customer, day=last, known_on=last)
    return customer


def nights(*days: date) -> None:
    for day in days:
        signals.run(day)


def test_it_opens_when_the_rule_has_held_so_long_and_says_why(rule):
    customer = silent()
    nights(ago(1))
    assert not Signal.objects.exists()
    nights(D, D)
    (one,) = (Shown(one) for one in open_signals(UserFactory(role="administrator"), D))
    assert (one.signal.customer, one.signal.opened_on) == (customer, D)
    assert one.cause == "days since last touch: 95"
    assert Event.objects.filter(type=signals.OPENED).count() == 1


def test_a_night_without_it_starts_the_count_anew(rule):
    customer = silent(last=ago(91))
    nights(ago(1))
    TouchpointFactory(customer=customer, day=ago(1), known_on=ago(1))
    nights(D, D + timedelta(days=1))
    assert not Signal.objects.exists()


def test_it_clears_when_the_rule_no_longer_holds(rule):
    customer = silent()
    nights(ago(2), ago(1))
    TouchpointFactory(customer=customer, day=ago(1), known_on=ago(1))
    nights(D)
    assert (Signal.objects.get().closed_on, Signal.objects.get().outcome) == (D, "cleared")


def test_too_many_in_one_night_are_held_until_somebody_looked(rule):
    for _ in range(6):
        silent()
    nights(ago(1), D)
    night = SignalDay.objects.get(rule=rule, day=D)
    assert (night.held, night.new, Signal.objects.count()) == (True, 6, 0)
    signals.release(night=night, by=UserFactory(role="administrator"))
    assert Signal.objects.count() == 6


def test_a_dismissed_one_stays_so_until_the_rule_has_cleared(rule):
    customer, by = silent(), UserFactory()
    nights(clock.today() - timedelta(days=1), clock.today())
    signals.dismiss(signal=Signal.objects.get(), reason="On holiday", by=by, at=clock.now())
    nights(clock.today() + timedelta(days=1))
    assert Signal.objects.filter(closed_on=None).count() == 0
    assert customer.pk == Signal.objects.get().customer_id


def test_each_rule_has_a_record(rule):
    silent()
    ledger.refresh()
    nights(ago(1), D)
    everything, nothing = UserFactory(role="administrator"), UserFactory(role="csm")
    record = next(one for one in records(everything, D + timedelta(days=100)) if one.rule == rule)
    assert (record.open, record.judged, record.hits, record.hit_rate) == (1, 1, 0, 0)
    foreign = next(one for one in records(nothing, D + timedelta(days=100)) if one.rule == rule)
    assert (foreign.open, foreign.opened, foreign.judged) == (0, 0, 0)


def test_whoever_left_in_the_days_after_a_signal_is_a_hit(rule):
    def record(after: int) -> tuple[int, int, int]:
        found = next(one for one in records(everything, D + timedelta(days=after)) if one.rule == rule)
        return found.opened, found.judged, found.hits

    everything = UserFactory(role="administrator")
    for left_after in (10, 95):
        customer = CustomerFactory()
        sell(customer, 100, ago(200), ends_on=D + timedelta(days=left_after))
        Signal.objects.create(rule=rule, customer=customer, opened_on=D)
    ledger.refresh()
    assert [record(after) for after in (89, 90, 120)] == [(2, 0, 0), (2, 2, 1), (2, 2, 1)]


def test_who_left_is_not_looked_up_for_signals_of_late(rule, monkeypatch):
    monkeypatch.setattr(queries, "decisions", lambda *_, **__: pytest.fail("looked up"))
    Signal.objects.create(rule=rule, customer=CustomerFactory(), opened_on=ago(89))
    assert {one.judged for one in records(UserFactory(role="administrator"), D)} == {0}


class TestPages:
    def client(self, role: str, **more: object) -> Client:
        browser = Client()
        browser.force_login(UserFactory(role=role, **more))
        return browser

    def test_snooze_and_dismiss_by_who_works_the_customer(self, rule):
        customer = silent(team=TeamFactory())
        nights(ago(1), D)
        one = Signal.objects.get()
        own, stranger, analyst = self.client("csm", teams=[customer.team]), self.client("csm"), self.client("analyst")
        page, address = reverse("health:signals"), reverse("health:snooze-signal", args=[one.uid])
        assert customer.name in own.get(page).content.decode()
        assert customer.name not in stranger.get(page).content.decode()
        asked = {"reason": "Back in May", "until": f"{clock.today() + timedelta(days=9)}"}
        assert [who.post(address, asked).status_code for who in (stranger, analyst)] == [404, 403]
        own.post(address, asked | {"until": ""})
        assert Signal.objects.get().snoozed_until is None
        own.post(address, asked)
        assert customer.name not in own.get(page).content.decode()
        dismiss = reverse("health:dismiss-signal", args=[one.uid])
        assert [who.post(dismiss, asked).status_code for who in (stranger, analyst)] == [404, 403]
        own.post(dismiss, {"reason": ""})
        assert Signal.objects.get().closed_on is None
        own.post(dismiss, asked)
        assert Signal.objects.get().outcome == "dismissed"

    def test_each_line_has_its_own_form(self, rule):
        for _ in range(2):
            silent()
        nights(ago(1), D)
        html = self.client("administrator").get(reverse("health:signals")).content.decode()
        for one in Signal.objects.all():
            assert html.count(f'action="{reverse("health:snooze-signal", args=[one.uid])}"') == 1
            assert html.count(f'formaction="{reverse("health:dismiss-signal", args=[one.uid])}"') == 1

    def test_only_an_administrator_opens_what_was_held(self, rule):
        for _ in range(6):
            silent()
        nights(ago(1), D)
        address = reverse("health:release-signals", args=[SignalDay.objects.get(held=True).pk])
        assert self.client("lead").post(address).status_code == 403
        assert "would have opened 6" in self.client("administrator").get(reverse("health:signals")).content.decode()
        assert self.client("administrator").post(address).status_code == 302
        assert Signal.objects.count() == 6
