"""The pages of usage: who may open them, what they say, and that they cost the same for few and many."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_cast
from core import clock
from customers.tests.factories import CustomerFactory
from usage.domain import book, remapping
from usage.models import Entitlement, EventName, Feature, FeatureRule, IntakeSettings, Rejected, Stranger, UsageDay
from usage.queries.book import book_use
from usage.queries.sources import source_states
from usage.tests.factories import FeatureFactory, days, product, use
from usage.tests.test_rollup import NOW, committed, roll, send  # noqa: F401

pytestmark = pytest.mark.django_db
ADMINISTRATORS = ["usage:events", "usage:intake"]


@pytest.fixture
def cast(client):
    cast = make_cast()
    client.force_login(cast.administrator)
    return cast


@pytest.fixture
def customer(cast):
    made = CustomerFactory(name="Acme", team=cast.team, owner=cast.owner)
    FeatureFactory(key="board", label="Board", kind="sticky")
    use(made, *days(clock.today() - timedelta(days=40), 39), feature=["board", "export"], persons=["ana", "ben"])
    book.keep(day=clock.today())
    return made


def text(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def statements(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_everybody_sees_the_use_of_their_own_book(client, cast, customer):
    assert "of 1 whose data comes in" in words_of(text(client, "usage:overview"))
    client.force_login(cast.stranger)
    assert "No usage comes in yet" in text(client, "usage:overview")


def test_before_the_first_count_the_pages_say_so(client, cast):
    assert "is being counted" in text(client, "usage:overview")
    assert "are being counted" in text(client, "usage:keeping")


def test_a_book_whose_sources_are_all_silent_says_so(client, cast):
    use(CustomerFactory(), clock.today() - timedelta(days=30), feature="board")
    book.keep(day=clock.today())
    page = text(client, "usage:overview")
    assert "Every source is silent" in page
    assert "No usage comes in yet" not in page


def test_a_customer_of_others_is_not_there(client, cast, customer):
    client.force_login(cast.stranger)
    for name in ("usage:customer", "usage:rows"):
        assert client.get(reverse(name, args=[customer.uid])).status_code == 404
    assert client.post(reverse("usage:entitle", args=[customer.uid]), {"seats": 3}).status_code == 404


def test_the_page_of_a_customer_shows_figures_lines_and_features(client, customer):
    page = text(client, "usage:customer", customer.uid)
    for words in ("Board", "Weekly lapse", "Product: data from", "Events a week", "Features by week"):
        assert words in page
    assert reverse("usage:rows", args=[customer.uid]) in page


def test_a_mark_opens_its_rows(client, customer):
    day = clock.today() - timedelta(days=5)
    page = text(client, "usage:rows", customer.uid, feature="board", since=f"{day}", until=f"{day + timedelta(days=1)}")
    assert "Board" in page
    assert page.count("<tr>") == 2
    assert client.get(reverse("usage:rows", args=[customer.uid]), {"feature": "board", "since": "x"}).status_code == 404


def test_a_customer_without_data_is_told_so(client, cast):
    assert "No usage data" in text(client, "usage:customer", CustomerFactory().uid)


def test_a_silent_feed_is_told_beside_the_figures(client, cast):
    quiet = CustomerFactory()
    use(quiet, clock.today() - timedelta(days=30), feature="board")
    page = text(client, "usage:customer", quiet.uid)
    assert "is silent" in page
    assert "when the last data came" in page
    assert "No data in 26 weeks" not in page
    assert "not measured" in page
    by_feature = page.split("Feature by feature")[-1].split("</table>")[0]
    assert "100" not in by_feature
    assert ">0<" not in by_feature


@pytest.mark.parametrize("name", ADMINISTRATORS)
def test_what_comes_in_is_for_administrators(client, cast, name):
    assert client.get(reverse(name)).status_code == 200
    for other in (cast.lead, cast.analyst, cast.owner):
        client.force_login(other)
        assert client.get(reverse(name)).status_code == 403


def test_nobody_else_changes_anything(client, cast, customer):
    rule = remapping.add_rule(match="exact", event="x", feature="board")
    feature = Feature.objects.get(key="board")
    client.force_login(cast.lead)
    for address in (
        reverse("usage:add-rule"),
        reverse("usage:remove-rule", args=[rule.pk]),
        reverse("usage:classify", args=[feature.uid]),
        reverse("usage:attach"),
        reverse("usage:replay"),
        reverse("usage:settings"),
    ):
        assert client.post(address, {}).status_code == 403, address
    client.force_login(cast.analyst)
    assert client.post(reverse("usage:entitle", args=[customer.uid]), {"seats": 3}).status_code == 403


def test_a_rule_is_made_and_removed(client, cast):
    client.post(reverse("usage:add-rule"), {"match": "prefix", "event": "rep", "feature": "reports", "kind": "core"})
    rule = FeatureRule.objects.get()
    assert (rule.feature.key, rule.feature.kind) == ("reports", "core")
    assert "begins with" in text(client, "usage:events")
    client.post(reverse("usage:remove-rule", args=[rule.pk]))
    assert not FeatureRule.objects.exists()


def test_a_bad_rule_says_why(client, cast):
    answer = client.post(reverse("usage:add-rule"), {"match": "property", "event": "x", "kind": "core"}, follow=True)
    assert "Nothing was saved." in answer.content.decode()


def test_a_feature_gets_another_kind(client, cast):
    feature = FeatureFactory(key="board")
    client.post(reverse("usage:classify", args=[feature.uid]), {"kind": "core"})
    feature.refresh_from_db()
    assert feature.kind == "core"


def test_an_unknown_id_is_attached(client, cast, committed):  # noqa: F811
    send({"groupId": "B2"})
    roll()
    acme = CustomerFactory(name="Acme Works")
    assert "B2" in text(client, "usage:intake")
    said = {"source": product().pk, "clue": "id", "value": "B2"}
    assert "no customer" in client.post(reverse("usage:attach"), said | {"customer": "?"}, follow=True).content.decode()
    client.post(reverse("usage:attach"), said | {"customer": "acme works"})
    assert not Stranger.objects.exists()
    assert UsageDay.objects.filter(customer=acme).count() == 2


def test_rejected_events_are_tried_again(client, cast):
    Rejected.objects.create(
        source=product(), received_at=NOW, reason="no_user", payload='{"type": "track", "event": "x"}', path="batch",
        digest="00000000-0000-0000-0000-000000000001",
    )  # fmt: skip
    Rejected.objects.create(
        source=product(), received_at=NOW, reason="bad_time", path="batch", event="Good",
        payload='{"type": "track", "event": "Good", "userId": "u"}', digest="00000000-0000-0000-0000-000000000002",
    )  # fmt: skip
    page = client.post(reverse("usage:replay"), follow=True).content.decode()
    assert "1 event was taken; 1 are as they were." in page
    assert list(Rejected.objects.filter(replayed_at=None).values_list("reason", flat=True)) == ["no_user"]


def test_a_rejected_event_is_shown_as_it_came(client, cast):
    one = Rejected.objects.create(
        source=product(),
        received_at=NOW,
        reason="no_user",
        payload='{"type": "page<b>"}',
        path="page",
        digest=UUID(int=3),
    )
    address = reverse("usage:rejected", args=[one.pk])
    assert address in text(client, "usage:intake")
    page = client.get(address).content.decode()
    assert "has neither userId nor anonymousId" in page
    assert "&quot;type&quot;: &quot;page&lt;b&gt;&quot;" in page
    client.force_login(cast.lead)
    assert client.get(address).status_code == 403


def test_the_settings_of_the_intake_are_changed(client, cast):
    said = {"identify_by": ["domain"], "company_traits": "org.id, tenant", "keep_months": 6, "quiet_days": 3}
    client.post(reverse("usage:settings"), said)
    saved = IntakeSettings.current()
    assert (saved.identify_by, saved.company_traits, saved.keep_months) == (["domain"], ["org.id", "tenant"], 6)


def test_seats_are_set(client, cast, customer):
    client.force_login(cast.owner)
    client.post(reverse("usage:entitle", args=[customer.uid]), {"seats": 8})
    assert Entitlement.objects.get().seats == 8
    assert re.search(r"Seats \d+ 8 \d+ ?% within entered, from", words_of(text(client, "usage:customer", customer.uid)))
    answer = client.post(reverse("usage:entitle", args=[customer.uid]), {}, follow=True)
    assert "Say how many seats" in answer.content.decode()


def test_the_limit_of_a_feature_is_set(client, cast, customer):
    board = Feature.objects.get(key="board")
    client.post(reverse("usage:entitle", args=[customer.uid]), {"events": 1000, "feature": board.pk})
    made = Entitlement.objects.get()
    assert (made.feature, made.events, made.seats) == (board, 1000, None)
    page = words_of(text(client, "usage:customer", customer.uid))
    assert re.search(r"board \d+ 1,000 2\d ?% within", page, re.I)
    said = {"seats": 3, "feature": board.pk}
    assert (
        "Nothing was saved."
        in client.post(reverse("usage:entitle", args=[customer.uid]), said, follow=True).content.decode()
    )


def test_what_is_over_its_limit_stands_out(client, cast, customer):
    Entitlement.objects.create(customer=customer, events=100, day=clock.today(), known_on=clock.today())
    page = words_of(text(client, "usage:customer", customer.uid))
    used = int(re.search(r"Events in 28 days (\d+) 100", page)[1])
    assert f"{used - 100} over" in page


def test_the_pages_cost_the_same_for_few_and_many(client, cast, customer):
    EventName.objects.create(name="x", first_on=NOW.date(), last_on=NOW.date())
    addresses = [reverse("usage:overview"), reverse("usage:events"), reverse("usage:intake")]
    addresses += [reverse("usage:customer", args=[customer.uid])]
    client.get(addresses[-1])  # whatever is made once, by whoever asks first, is there by now
    few = [statements(client, address) for address in addresses]
    for n in range(3):
        use(CustomerFactory(), clock.today() - timedelta(days=3), feature=f"more-{n}", persons=["x"])
        use(customer, clock.today() - timedelta(days=3), feature=f"more-{n}", persons=[f"x{n}"], known_on=clock.today())
        EventName.objects.create(name=f"x{n}", first_on=NOW.date(), last_on=NOW.date())
    book.keep(day=clock.today())
    assert [statements(client, address) for address in addresses] == few


def test_the_book_counts_customers_by_week_and_who_lapsed(cast):
    today = clock.today()
    stays, goes = CustomerFactory(), CustomerFactory()
    FeatureFactory(key="board", kind="core")
    FeatureFactory(key="unused", kind="sticky")
    use(stays, today - timedelta(days=3), today - timedelta(days=10), feature="board")
    use(goes, today - timedelta(days=10), feature="board")
    use(goes, today - timedelta(days=40), feature="export")
    book.keep(day=today)
    found = book_use(cast.administrator)
    by_key = {one.feature.key: one for one in found.features}
    assert (by_key["board"].week, by_key["board"].week_before, by_key["board"].week_lapsed) == (1, 2, 1)
    assert (by_key["export"].month, by_key["export"].month_before, by_key["export"].month_lapsed) == (0, 1, 1)
    assert by_key["unused"].month == 0
    assert (found.connected, found.over_all.month) == (2, 2)


def test_a_source_that_fell_silent_is_quiet():
    today = clock.today()
    use(CustomerFactory(), today - timedelta(days=10))
    (state,) = source_states(clock.AsOf.live())
    assert (state.quiet, state.last_on, state.days) == (True, today - timedelta(days=10), 1)
    use(CustomerFactory(), today)
    assert not source_states(clock.AsOf.live())[0].quiet
