from types import SimpleNamespace

import pytest

from core import navigation
from core.navigation import Entry

PERSON = SimpleNamespace(is_authenticated=True, is_staff=False)
CHIEF = SimpleNamespace(is_authenticated=True, is_staff=True)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})


def entry(key, url_name="core:styleguide", **fields):
    return Entry(key=key, label=key.title(), icon="inbox", url_name=url_name, order=fields.pop("order", 1), **fields)


def test_entries_stand_in_order_and_the_foot_apart():
    navigation.register(entry("b", order=2), entry("a"), entry("admin", foot=True))
    shown = navigation.navigation(PERSON, "/")
    assert [link.label for link in shown.main] == ["A", "B"]
    assert [link.label for link in shown.foot] == ["Admin"]


def test_who_may_not_open_a_page_does_not_see_it():
    navigation.register(entry("guide", allowed=navigation.staff))
    assert navigation.navigation(PERSON, "/").main == []
    assert len(navigation.navigation(CHIEF, "/").main) == 1


def test_nobody_signed_in_sees_no_navigation():
    navigation.register(entry("guide"))
    assert navigation.navigation(None, "/") == navigation.Navigation()


def test_the_longest_address_above_the_page_is_the_current_one():
    navigation.register(entry("guide"), entry("figure", "core:styleguide-figure"))
    shown = navigation.navigation(PERSON, "/styleguide/figure/7/")
    assert shown.current.label == "Figure"


def test_a_phone_shows_five_or_four_and_more():
    navigation.register(*(entry(f"e{number}", order=number) for number in range(5)))
    assert len(navigation.navigation(PERSON, "/").bar) == 5
    navigation.register(entry("e6", order=6))
    shown = navigation.navigation(PERSON, "/")
    assert (len(shown.bar), len(shown.more)) == (4, 2)


def test_a_page_outside_the_rail_is_a_place_all_the_same():
    navigation.register(entry("guide", rail=False))
    assert navigation.navigation(PERSON, "/").main == []
    assert [link.href for link in navigation.places(PERSON)] == ["/styleguide/"]
