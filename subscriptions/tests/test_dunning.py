from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from core.clock import AsOf
from core.faults import Refused
from customers.models import Customer
from customers.tests.factories import CustomerFactory, MergeFactory
from subscriptions.domain import dunning, invoices, saves
from subscriptions.domain.invoices import Billed
from subscriptions.models import Invoice, MrrMovement, Subscription, SubscriptionVersion
from subscriptions.queries import attention, collections
from subscriptions.queries.committed import committed
from subscriptions.queries.renewals import renewals
from subscriptions.tests.factories import agree, bill, rate, sell

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))


def failing(subscription: Subscription, due_on: date = FEB) -> Invoice:
    """An invoice of which a payment failed on its due day."""
    more = {"subscription_id": subscription.pk, "due_on": due_on, "status": "failed", "failed_attempts": 1}
    return bill(subscription.customer, due_on - timedelta(days=14), 100, **more)


def pay(invoice: Invoice, paid_on: date) -> None:
    billed = Billed(
        invoice.pk,
        invoice.customer_id,
        invoice.day,
        invoice.due_on,
        invoice.amount,
        status="paid",
        paid_on=paid_on,
        failed_attempts=1,
        subscription_id=invoice.subscription_id,
    )
    invoices.record(invoices=[billed], known_on=paid_on)


def moves(customer: Customer, known_on: date = date(2030, 1, 1)) -> list[tuple[date, str, str]]:
    rows = MrrMovement.objects.filter(customer=customer, known_on__lte=known_on).order_by("known_on", "revision")
    last = {row.day: (row.day, row.kind, row.churn_kind) for row in rows}
    return [last[day] for day in sorted(last)]


def test_the_end_of_the_window_is_involuntary_churn() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    failing(subscription)
    over = FEB + timedelta(days=30)
    assert dunning.run(day=over - timedelta(days=1)).rows == 0
    assert dunning.run(day=over).customers == (subscription.customer_id,)
    assert moves(subscription.customer) == [(JAN, "new", ""), (over, "churn", "involuntary")]
    ended = SubscriptionVersion.objects.latest("id")
    assert (ended.cause, ended.past_due_on, ended.known_on) == ("invoice", FEB, over)
    assert dunning.run(day=over).rows == dunning.run(day=over + timedelta(days=9)).rows == 0


def test_who_pays_after_the_window_comes_back() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    invoice = failing(subscription)
    dunning.run(day=MAR + timedelta(days=9))
    pay(invoice, APR)
    dunning.run(day=APR)
    assert [row[:2] for row in moves(subscription.customer)] == [
        (JAN, "new"),
        (FEB + timedelta(days=30), "churn"),
        (APR, "reactivation"),
    ]
    assert dunning.run(day=APR + timedelta(days=1)).rows == 0


def test_a_payment_within_the_window_that_is_learnt_of_later_takes_the_end_back() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    invoice = failing(subscription)
    dunning.run(day=APR)
    pay(invoice, FEB + timedelta(days=3))
    dunning.run(day=APR + timedelta(days=1))
    assert moves(subscription.customer)[0][1] == "new"
    assert {row[1] for row in moves(subscription.customer)[1:]} == {"none"}
    assert dunning.run(day=MAY).rows == 0


def test_an_invoice_that_merely_waits_ends_nothing() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    bill(subscription.customer, JAN, 100, subscription_id=subscription.pk)
    assert dunning.run(day=MAY).rows == 0


def test_a_later_paid_invoice_shows_that_it_goes_on() -> None:
    subscription = sell(CustomerFactory(), 100, JAN)
    failing(subscription)
    pay(failing(subscription, MAR), MAR)
    assert dunning.run(day=MAY).rows == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"amount": Decimal(40)}, "downgrade"), ({"paused": True}, "pause"), ({"interval": "year"}, "interval")],
)
def test_less_instead_of_leaving_is_a_save(change: dict[str, object], kind: str) -> None:
    version = agree(sell(CustomerFactory(), 100, JAN), 100, JAN)
    instead = dunning.same(version, number=None, starts_on=MAR, **change)
    words = {"reason": "budget", "our_reason": "price", "comment": "Keeps ten seats"}
    by = UserFactory()
    made = saves.record(version=version, instead=instead, words=words, known_on=FEB, by=by)
    assert (made.kind, made.before, made.reason, made.our_reason, made.by) == (kind, 100, "budget", "price", by)
    assert made.text is not None
    assert MrrMovement.objects.filter(day=MAR, customer=version.customer_id).exists()


def test_more_is_no_save() -> None:
    version = agree(sell(CustomerFactory(), 100, JAN), 100, JAN)
    with pytest.raises(Refused):
        saves.record(
            version=version, instead=dunning.same(version, amount=Decimal(200)), words={}, known_on=FEB, by=None
        )


def test_the_kind_of_churn_is_corrected_by_hand_with_a_reason() -> None:
    subscription = sell(CustomerFactory(), 100, JAN, ends_on=MAR, cancelled_on=MAR, churn_kind="involuntary")
    ended = SubscriptionVersion.objects.latest("id")
    saves.correct_kind(version=ended, churn_kind="voluntary", why="They let the card expire", known_on=APR, by=None)
    assert moves(subscription.customer, MAR)[-1] == (MAR, "churn", "involuntary")
    assert moves(subscription.customer)[-1] == (MAR, "churn", "voluntary")
    with pytest.raises(Refused):
        saves.correct_kind(version=ended, churn_kind="voluntary", why=" ", known_on=APR, by=None)


def test_collections_by_csm_add_up_to_their_invoices() -> None:
    sam = UserFactory()
    owned = CustomerFactory(owner=sam)
    late, other = bill(owned, JAN, 100), bill(CustomerFactory(owner=None), JAN, 30)
    failing(sell(owned, 100, JAN), clock.today() - timedelta(days=2))
    rows = collections.unpaid(UserFactory(role=Role.ADMINISTRATOR), AsOf.live())
    groups = {group.owner: group for group in collections.owed(rows)}
    assert groups[sam].sums == {"open": 0, "overdue": late.amount, "failed": 100}
    assert groups[None].sums["overdue"] == other.amount
    for owner, group in groups.items():
        for state in collections.STATES:
            own = [row.amount for row in rows if row.matches(f"{owner.pk}" if owner else "none", state)]
            assert (sum(own), len(own)) == (group.sums[state], group.counts[state])


def test_what_failed_and_what_came_back() -> None:
    today = clock.today()
    back, lost = (sell(CustomerFactory(), amount, today - timedelta(days=300)) for amount in (100, 40))
    pay(failing(back, today - timedelta(days=100)), today - timedelta(days=90))
    failing(lost, today - timedelta(days=100))
    dunning.run(day=today)
    (one,) = collections.recoveries(collections.cases(UserFactory(role=Role.ANALYST), AsOf.live()))
    assert (one.cases, one.at_risk, one.back, one.lost, one.undecided) == (2, 140, 100, 40, 0)
    assert one.share == pytest.approx(100 / 140)


def test_cards_that_expire() -> None:
    today = clock.today()
    for customer, days in ((CustomerFactory(name="Soon"), 20), (CustomerFactory(), 200)):
        card = {"customer": customer.pk, "expires_on": today + timedelta(days=days), "label": "Visa ·· 4242"}
        assert saves.learn_card(**card, known_on=today) == saves.learn_card(**card, known_on=today)
    (row,) = collections.expiring(UserFactory(role=Role.ANALYST), AsOf.live())
    assert row[0].name == "Soon"


def test_the_pages_show_what_one_may_see(client: Client) -> None:
    bill(CustomerFactory(name="Northwind", owner=UserFactory()), JAN, 100)
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    page = client.get(reverse("subscriptions:collections"), {"state": "overdue"}).content.decode()
    assert "Northwind" in page
    client.force_login(UserFactory(role=Role.CSM))
    assert "Northwind" not in client.get(reverse("subscriptions:collections")).content.decode()
    assert client.get(reverse("subscriptions:attention")).status_code == 200


@pytest.mark.parametrize("size", [1, 3])
def test_collections_cost_the_same_whatever_their_number(
    client: Client, size: int, django_assert_max_num_queries
) -> None:
    for _ in range(size):
        bill(CustomerFactory(owner=UserFactory()), JAN, 100)
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    with django_assert_max_num_queries(14):
        client.get(reverse("subscriptions:collections"))


def test_what_needs_attention() -> None:
    today, administrator = clock.today(), UserFactory(role=Role.ADMINISTRATOR)
    assert attention.attention(administrator, AsOf.live()) == []
    rate("EUR", "1.1", JAN)
    sell(CustomerFactory(), 100, JAN, currency="EUR")
    silent = sell(CustomerFactory(), 100, JAN, term_ends_on=today - timedelta(days=9), auto_renews=False)
    ends_soon = {"discount": Decimal(5), "discount_ends_on": today + timedelta(days=9)}
    sell(silent.customer, 100, JAN, **ends_soon)
    strange, owner = CustomerFactory(), sell(CustomerFactory(), 100, JAN)
    Invoice.objects.create(
        customer=strange, subscription=owner, day=JAN, known_on=JAN, due_on=JAN, amount=1, currency="USD"
    )
    row = SubscriptionVersion.objects.get(subscription=owner)
    SubscriptionVersion.objects.bulk_create([SubscriptionVersion(**{**_fields(row), "number": 2, "starts_on": FEB})])
    found = {group.kind.key: group.rows for group in attention.attention(administrator, AsOf.live())}
    assert found.keys() == {"rate", "silent", "discount", "invoice", "overlap"}
    assert (found["rate"][0].currency, found["silent"][0].customer) == ("EUR", silent.customer)
    MergeFactory(from_customer=strange, into_customer=owner.customer)
    found = {group.kind.key: group.rows for group in attention.attention(administrator, AsOf.live())}
    assert "invoice" not in found
    assert attention.attention(UserFactory(role=Role.CSM), AsOf.live())[0].kind.key == "rate"


def _fields(row: SubscriptionVersion) -> dict[str, object]:
    skipped = {"id", "pk"}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in skipped}


def test_renewals_and_their_states() -> None:
    terms = {"term_ends_on": APR, "notice_days": 30}
    renewed = sell(CustomerFactory(), 100, JAN, ends_on=APR, **terms)
    agree(renewed, 110, APR, term_ends_on=date(2025, 7, 1))
    given_up = sell(CustomerFactory(), 100, JAN, ends_on=APR, cancelled_on=FEB, **terms)
    silent = sell(CustomerFactory(), 100, JAN, auto_renews=False, **terms)

    def states(day: date) -> dict[int, str]:
        return {one.subscription_id: one.state for one in renewals(AsOf.at(day), since=MAR, until=MAY)}

    assert states(date(2025, 1, 20)) == {silent.pk: "upcoming", renewed.pk: "upcoming", given_up.pk: "upcoming"}
    assert states(date(2025, 3, 20)) == {silent.pk: "in_notice", renewed.pk: "in_notice", given_up.pk: "lost"}
    assert states(date(2025, 4, 9)) == {silent.pk: "late", renewed.pk: "renewed", given_up.pk: "lost"}
    assert states(date(2025, 6, 1)) == {silent.pk: "lost", renewed.pk: "renewed", given_up.pk: "lost"}


def test_committed_mrr_counts_what_is_agreed_for_later() -> None:
    today = clock.today()
    subscription = sell(CustomerFactory(), 100, JAN, ends_on=today + timedelta(days=20), cancelled_on=today)
    agree(subscription, 150, today + timedelta(days=20), known_on=today)
    sell(CustomerFactory(), 40, JAN, ends_on=today + timedelta(days=60), cancelled_on=today)
    found = committed(AsOf.live(), until=today + timedelta(days=90))
    assert (found.mrr, found.gains, found.losses, found.total) == (140, 50, 40, 150)
