from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from playbooks.models import Lane
from playbooks.queries.day import cut

ORDER = [Lane.PROMISED, Lane.RISK, Lane.GROWTH]


def queue(promised: int = 0, risk: int = 0, growth: int = 0) -> list[str]:
    return [Lane.PROMISED] * promised + [Lane.RISK] * risk + [Lane.GROWTH] * growth


def day(lanes: list[str], places: int) -> Counter[str]:
    return Counter(lanes[place] for place in cut(lanes, places))


def test_each_lane_has_its_share_of_a_day() -> None:
    assert day(queue(50, 50, 50), 20) == {"promised": 6, "risk": 12, "growth": 2}


def test_what_a_lane_does_not_need_goes_to_the_first_that_does() -> None:
    assert day(queue(2, 50, 50), 20) == {"promised": 2, "risk": 16, "growth": 2}
    assert day(queue(50, 0, 1), 20) == {"promised": 19, "growth": 1}


def test_the_first_of_each_lane_are_chosen_in_their_order() -> None:
    assert cut(queue(1, 9, 9), 4) == [0, 1, 2, 3]
    assert cut(queue(9, 9, 9), 8) == [0, 1, 2, 3, 9, 10, 11, 12]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(-3, 40))
def test_a_day_is_full_or_holds_all(promised: int, risk: int, growth: int, places: int) -> None:
    lanes = queue(promised, risk, growth)
    chosen = cut(lanes, places)
    assert len(chosen) == min(len(lanes), max(0, places))
    assert chosen == sorted(set(chosen))
