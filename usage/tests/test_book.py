"""The kept use of a book, against a plain count over all rows."""

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from accounts.tests.factories import TeamFactory, UserFactory
from core import clock, jobs
from core.models import Event, Job, Source
from customers.domain import customers as changing
from customers.domain.customers import CustomerValues
from customers.models import Customer
from customers.tests.factories import CustomerFactory, MergeFactory
from usage.domain import book
from usage.models import Kept, TeamUse, UsageDay
from usage.queries.book import book_use
from usage.receivers import count_teams_again
from usage.tests.factories import use

pytestmark = pytest.mark.django_db
FEATURES = ["board", "export", "chat"]


@pytest.fixture
def today():
    return clock.today()


def seer(*teams, role="csm"):
    user = UserFactory(role=role)
    user.teams.set(teams)
    return user


def plain(today, customers, into=None):
    """By feature: customers by week, month, month before, lapsed in a week, in a month. From every single row."""
    events = defaultdict(int)
    for row in UsageDay.objects.filter(day__lt=today, known_on__lt=today, day__gte=today - timedelta(days=84)):
        customer = (into or {}).get(row.customer_id, row.customer_id)
        if customer in customers:
            events[row.feature.key, customer, (today - timedelta(days=1) - row.day).days // 7] += row.events
    used = defaultdict(set)
    for (feature, customer, week), count in events.items():
        if count > 0:
            used[feature, week].add(customer)

    def within(feature, *weeks):
        return set().union(*(used[feature, week] for week in weeks))

    return {
        feature: (
            [len(used[feature, week]) for week in range(11, -1, -1)],
            len(within(feature, 0, 1, 2, 3)),
            len(within(feature, 4, 5, 6, 7)),
            len(used[feature, 1] - used[feature, 0]),
            len(within(feature, 4, 5, 6, 7) - within(feature, 0, 1, 2, 3)),
        )
        for feature in {feature for feature, week in list(used) if used[feature, week]}
    }


def shown(user):
    found = book_use(user)
    uses = [found.over_all, *found.features]
    rows = {
        one.feature.key: (one.weeks, one.month, one.month_before, one.week_lapsed, one.month_lapsed) for one in uses
    }
    return {key: row for key, row in rows.items() if any(row[0])}


def company(today, seed):
    """Customers of two teams and of none, with use that comes late or is taken back, and one merged into another."""
    dice = random.Random(seed)
    teams = [TeamFactory(), TeamFactory(), None]
    made = [CustomerFactory(team=dice.choice(teams)) for _ in range(12)]
    for customer in made:
        for ago in dice.sample(range(1, 90), dice.randrange(12)):
            day = today - timedelta(days=ago)
            late = dice.choice([None, None, day + timedelta(days=9), today])
            use(customer, day, feature=dice.sample(FEATURES, 2), events=dice.randrange(1, 5), known_on=late)
    back = UsageDay.objects.filter(known_on__lt=today).order_by("customer", "feature", "day")[::5]
    for row in back:
        known = row.known_on + timedelta(days=1)
        UsageDay.objects.create(
            customer=row.customer, feature=row.feature, day=row.day, known_on=known, events=-row.events
        )
    MergeFactory(from_customer=made[0], into_customer=made[1], known_on=today - timedelta(days=3))
    return teams, made, {made[0].pk: made[1].pk}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_kept_is_what_a_plain_count_of_all_rows_finds(today, seed):
    teams, made, into = company(today, seed)
    book.keep(day=today)
    assert shown(seer(role="administrator")) == plain(today, {one.pk for one in made}, into)
    for team in teams[:2]:
        own = {one.pk for one in made if one.team == team}
        assert shown(seer(team)) == plain(today, own, into)
    led = {one.pk for one in made if one.team in (teams[0], None)}
    assert shown(seer(teams[0], role="lead")) == plain(today, led, into)
    assert shown(seer(*teams[:2])) == plain(today, {one.pk for one in made if one.team}, into)


def test_the_use_of_another_team_is_not_seen(today):
    ours, theirs = TeamFactory(), TeamFactory()
    use(CustomerFactory(team=theirs), today - timedelta(days=3), feature="board")
    use(CustomerFactory(team=None), today - timedelta(days=3), feature="board")
    book.keep(day=today)
    for user in (seer(ours), seer()):
        found = book_use(user)
        assert (found.connected, found.features, found.over_all.month) == (0, [], 0)
    assert book_use(seer(theirs)).connected == 1
    assert book_use(seer(ours, role="lead")).connected == 1
    assert book_use(seer(role="analyst")).connected == 2


def test_who_fell_silent_with_their_source_did_not_lapse(today):
    other = Source.objects.create(key="servers", label="Own servers")
    use(CustomerFactory(), today - timedelta(days=40), feature="board", source=other)
    lapsed = CustomerFactory()
    use(lapsed, today - timedelta(days=40), feature="board")
    use(CustomerFactory(), today - timedelta(days=40), today - timedelta(days=2), feature="board")
    book.keep(day=today)
    found = book_use(seer(role="administrator"))
    assert (found.connected, found.over_all.month, found.over_all.month_before) == (2, 1, 2)
    assert found.over_all.month_lapsed == found.features[0].month_lapsed == 1


def test_a_late_event_is_in_its_week_from_the_next_night_on(today):
    customer, user = CustomerFactory(), seer(role="administrator")
    use(CustomerFactory(), today - timedelta(days=1), feature="export")
    use(customer, today - timedelta(days=20), feature="board", known_on=today)
    book.keep(day=today)
    assert "board" not in shown(user)
    book.keep(day=today + timedelta(days=1))
    assert shown(user)["board"][0] == [0] * 8 + [0, 1, 0, 0]


def test_who_passes_to_another_team_is_counted_there(today):
    ours, theirs = TeamFactory(), TeamFactory()
    customer = CustomerFactory(team=ours)
    use(customer, today - timedelta(days=3), feature="board")
    use(CustomerFactory(team=theirs), today - timedelta(days=3), feature="board")
    book.keep(day=today)
    moved = CustomerValues(customer=customer.pk, values={"team": theirs.pk})
    changing.change(changes=[moved], by=UserFactory(role="administrator"), at=clock.now())
    count_teams_again(Event.objects.filter(type=changing.CHANGED))
    for job in Job.objects.filter(kind="usage.book"):
        jobs.HANDLERS["usage.book"](job.payload)
    assert Customer.objects.get(pk=customer.pk).team == theirs
    assert (book_use(seer(ours)).connected, book_use(seer(theirs)).connected) == (0, 2)
    assert TeamUse.objects.filter(team=ours).count() == 0


def test_the_first_figures_are_counted_without_waiting_for_the_night(today):
    from usage.jobs import look_for_a_book

    use(CustomerFactory(), today - timedelta(days=3))
    assert book_use(seer()) is None
    look_for_a_book()
    jobs.HANDLERS["usage.book_all"](Job.objects.get(kind="usage.book_all", key="all").payload)
    Job.objects.all().delete()
    look_for_a_book()
    assert not Job.objects.exists()
    assert set(Kept.objects.values_list("what", "day")) == {("use", today), ("renewals", today)}
