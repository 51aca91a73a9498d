from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.tests.factories import make_cast
from core import clock
from customers.tests.factories import CustomerFactory, StandingFactory
from health.queries.book import book, window_of
from health.queries.movements import months_before, moves, who_moved
from health.tests.factories import ScoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cache.clear()
    return make_cast()


def standing(team, band, mrr, days):
    renewal = None if days is None else clock.today() + timedelta(days=days)
    made = CustomerFactory(team=team)
    StandingFactory(customer=made, band=band, mrr=mrr, mrr_at_risk=mrr / 10, renewal_on=renewal)
    return made


def test_each_paying_customer_stands_in_one_cell(cast):
    for band, mrr, days in (("risk", 100, 10), ("risk", 50, 30), ("good", 30, 200), ("good", 7, None), ("watch", 0, 5)):
        standing(cast.team, band, mrr, days)
    standing(cast.other_team, "risk", 900, 10)
    found = book(cast.owner, clock.today())
    assert {key: (one.customers, one.mrr) for key, one in found.cells.items()} == {
        ("risk", "30"): (2, 150),
        ("good", "365"): (1, 30),
        ("good", "none"): (1, 7),
    }
    assert (found.total(band="risk").mrr, found.total().customers, found.total().at_risk * 10) == (150, 4, 187)
    assert [one.days for one in found.dots] == [10, 30, 200]


@pytest.mark.parametrize(
    ("days", "window"), [(-1, "late"), (0, "30"), (30, "30"), (31, "90"), (365, "365"), (366, "later"), (None, "none")]
)
def test_windows_touch_and_never_overlap(days, window):
    assert window_of(days) == window


def test_the_picture_links_to_each_customer_and_each_sum_to_its_rows(client, cast):
    risky, fine = standing(cast.team, "risk", 100, 10), standing(cast.team, "good", 50, 100)
    hidden = standing(cast.other_team, "risk", 900, 10)
    client.force_login(cast.owner)
    page = client.get(reverse("health:book")).content.decode()
    assert risky.get_absolute_url() in page
    assert hidden.name not in page
    assert "of $150 MRR" in page
    rows = client.get(reverse("health:book-rows") + "?band=risk&window=30").content.decode()
    assert risky.name in rows
    assert fine.name not in rows
    assert hidden.name not in rows
    assert client.get(reverse("health:book-rows") + "?band=x&window=y").status_code == 200


def test_empty_pages_teach(client, cast):
    client.force_login(cast.owner)
    for name, says in (("book", "Nobody pays today"), ("movements", "Nobody has moved yet"), ("risks", "No risks yet")):
        assert says in client.get(reverse(f"health:{name}")).content.decode()


TODAY = date(2026, 3, 20)


def test_a_move_is_the_band_at_a_month_s_end_against_that_at_its_beginning(cast):
    falls, rises, back, gone = (CustomerFactory(team=cast.team) for _n in range(4))
    for customer, rows in (
        (falls, [("2025-12-10", "good"), ("2026-01-15", "watch"), ("2026-01-20", "risk")]),
        (rises, [("2026-01-01", "risk"), ("2026-03-05", "good")]),
        (back, [("2025-12-10", "good"), ("2026-02-10", "risk"), ("2026-02-20", "good")]),
    ):
        for day, band in rows:
            ScoreFactory(customer=customer, day=date.fromisoformat(day), band=band)
    ScoreFactory(customer=gone, day=date(2026, 1, 1), band="watch")
    ScoreFactory(customer=gone, day=date(2026, 2, 5), band="unknown", version=None)
    found = {(one.month, one.before, one.after): one.customers for one in moves(cast.owner, TODAY)}
    assert found == {
        (date(2026, 1, 1), "good", "risk"): 1,
        (date(2026, 2, 1), "watch", ""): 1,
        (date(2026, 3, 1), "risk", "good"): 1,
    }
    assert who_moved(cast.owner, TODAY, month=date(2026, 1, 1), pairs=[("good", "risk")]) == [
        (falls.pk, "good", "risk")
    ]
    assert moves(cast.stranger, TODAY) == []


def test_months_end_today():
    assert months_before(date(2026, 3, 20), 3) == [
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 3, 20),
    ]
    assert months_before(date(2026, 3, 1), 2) == [date(2026, 2, 1), date(2026, 3, 1)]


def test_each_figure_of_the_moves_opens_its_rows(client, cast):
    today = clock.today()
    month = months_before(today)[-3 if today.day > 1 else -2]
    customer = CustomerFactory(team=cast.team, name="Faller")
    StandingFactory(customer=customer, mrr=10)
    ScoreFactory(customer=customer, day=month, band="good")
    ScoreFactory(customer=customer, day=month + timedelta(days=2), band="risk")
    client.force_login(cast.owner)
    page = client.get(reverse("health:movements")).content.decode()
    assert f"/health/bands/rows/?month={month}" in page
    rows = reverse("health:moved")
    assert "Faller" in client.get(f"{rows}?month={month}&move=worse").content.decode()
    assert "Faller" not in client.get(f"{rows}?month={month}&move=better").content.decode()
    assert client.get(f"{rows}?month=soon&move=sideways").status_code == 200
