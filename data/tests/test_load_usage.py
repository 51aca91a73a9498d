from datetime import UTC, date, datetime
from typing import Any

from core.models import Event
from customers.models import Customer
from data.models import LoadRun
from data.tests.conftest import AT, Load
from usage.domain.persons import hashed
from usage.models import CustomerFeed, Feature, FeatureChange, FeedDay, UsageDay, UsagePerson

TODAY = AT.date()
CUSTOMERS = "customer_id,name,created_on A,Acme,2025-01-01 B,Brix,2025-01-01"
USAGE = """
customer_id,day,feature,events,users,errors
A,2025-03-01,board,5,2,1
A,2025-03-01,chat,3,1,0
B,2025-04-02,board,7,4,0
"""
DAY = date(2025, 3, 1)


def rows(**filters: Any) -> list[tuple[Any, ...]]:
    found = UsageDay.objects.filter(**filters).order_by("day", "feature__key", "known_on")
    return list(found.values_list("feature__key", "day", "known_on", "events", "users", "errors"))


def test_history_is_known_on_its_day_and_a_day_is_the_sum_of_its_features(loaded: Load) -> None:
    report = loaded({"customers": CUSTOMERS, "usage": USAGE})
    assert (report.nouns[1].rows, report.nouns[1].new) == (3, 3)
    assert rows(day=DAY) == [
        ("", DAY, DAY, 8, None, 1),
        ("board", DAY, DAY, 5, 2, 1),
        ("chat", DAY, DAY, 3, 1, 0),
    ]


def test_without_history_it_is_known_today(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE}, history=False)
    assert {known_on for _key, _day, known_on, *_rest in rows()} == {TODAY}


def test_the_second_load_of_a_source_is_known_today(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE})
    loaded({"usage": "customer_id,day,feature,events A,2025-05-01,board,2"})
    assert {row[2] for row in rows(day=date(2025, 5, 1))} == {TODAY}


def test_the_day_over_all_is_taken_as_given(loaded: Load) -> None:
    given = "customer_id,day,feature,events,users A,2025-03-01,,9,3 A,2025-03-01,board,5,2"
    loaded({"customers": CUSTOMERS, "usage": given})
    assert rows() == [("", DAY, DAY, 9, 3, 0), ("board", DAY, DAY, 5, 2, 0)]


def test_another_count_appends_the_difference(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE})
    report = loaded({"usage": USAGE.replace("board,5,2,1", "board,6,1,1")})
    assert (report.nouns[0].new, report.nouns[0].changed, report.nouns[0].unchanged) == (0, 1, 2)
    assert rows(day=DAY, known_on=TODAY) == [("", DAY, TODAY, 1, None, 0), ("board", DAY, TODAY, 1, -1, 0)]


def test_two_corrections_on_one_day_add_up(loaded: Load) -> None:
    now = datetime.now(UTC)
    loaded({"customers": CUSTOMERS, "usage": USAGE}, history=False, at=now)
    loaded({"usage": USAGE.replace("board,5", "board,9")}, at=now)
    assert {row[0]: row[3] for row in rows(day=DAY)} == {"": 12, "board": 9, "chat": 3}


def test_a_late_feature_adds_to_its_day(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE})
    loaded({"usage": "customer_id,day,feature,events A,2025-03-01,mail,4"})
    assert rows(day=DAY, known_on=TODAY) == [("", DAY, TODAY, 4, None, 0), ("mail", DAY, TODAY, 4, None, 0)]


PERSONS = """
customer_id,day,feature,events,person
A,2025-03-01,board,5,ana
A,2025-03-01,board,2,bo
A,2025-03-01,chat,1,ana
A,2025-03-31,chat,1,ana
"""


def test_persons_are_counted_once_and_kept_as_hashes(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": PERSONS})
    assert rows(day=DAY) == [("", DAY, DAY, 8, 2, 0), ("board", DAY, DAY, 7, 2, 0), ("chat", DAY, DAY, 1, 1, 0)]
    people = dict(UsagePerson.objects.values_list("person", "days"))
    assert people == {hashed("ana"): 1 | 1 << 30, hashed("bo"): 1}


def test_a_persons_new_days_are_known_today(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": PERSONS})
    more = "customer_id,day,feature,events,person A,2025-03-01,board,5,ana A,2025-03-02,board,1,ana"
    loaded({"usage": more})
    found = UsagePerson.objects.filter(known_on=TODAY).values_list("person", "month", "days")
    assert list(found) == [(hashed("ana"), DAY, 0b10)]


def test_the_same_person_twice_is_refused(loaded: Load) -> None:
    report = loaded({"customers": CUSTOMERS, "usage": PERSONS + "A,2025-03-01,board,5,ana"})
    assert [(one.line, one.rule) for one in report.problems] == [(6, "twice")]


def test_feeds_are_alive_on_their_days(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE})
    assert list(FeedDay.objects.order_by("day").values_list("day", "known_on", "customers")) == [
        (DAY, DAY, 1),
        (date(2025, 4, 2), date(2025, 4, 2), 1),
    ]
    assert CustomerFeed.objects.filter(customer__name="Acme").values_list("day", "known_on").get() == (DAY, DAY)


def test_features_come_with_label_and_kind(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "features": "feature,label,kind board,Board,core", "usage": USAGE})
    assert Feature.objects.filter(key__in=["board", "chat"]).order_by("key").values_list("label", "kind").first() == (
        "Board",
        "core",
    )
    loaded({"features": "feature,label,kind board,Board,sticky"})
    change = FeatureChange.objects.get()
    assert (change.before, change.after, change.known_on) == ("core", "sticky", TODAY)


def test_one_event_tells_of_a_load(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS, "usage": USAGE})
    event = Event.objects.get(type="data.loaded.v1")
    assert event.payload["nouns"]["usage"] == {"new": 3, "changed": 0, "history": True}


def test_customers_of_another_source_are_others(loaded: Load) -> None:
    loaded({"customers": CUSTOMERS})
    loaded({"customers": CUSTOMERS.replace("Acme", "Alpha")}, source="crm")
    assert Customer.objects.filter(name__in=["Acme", "Alpha"]).count() == 2
    assert LoadRun.objects.count() == 2


def test_the_companys_zone_decides_the_day_of_an_instant(loaded: Load) -> None:
    late = datetime(2026, 3, 10, 23, tzinfo=UTC)
    loaded({"customers": CUSTOMERS, "usage": USAGE}, at=late, history=False)
    assert {row[2] for row in rows()} == {date(2026, 3, 10)}
