from typing import Any

import numpy as np
import pytest

from customers.tests.factories import AttributeFactory
from health.domain.calculate import calculate
from health.domain.parse import DefinitionError, parse, parse_published
from health.models import ScorecardVersion
from health.tests.factories import definition, group


def wrong_at(data: Any) -> list[str]:
    """The places of what is wrong."""
    with pytest.raises(DefinitionError) as caught:
        parse(data)
    return [place for place, _words in caught.value.problems]


def test_a_good_one_is_read_in_order() -> None:
    parsed = parse(definition(caps=[{"measure": "last_nps", "when_points_at_most": 20, "score_at_most": 60}]))
    assert parsed.keys == ["active_days_28", "usage_change_28", "last_nps"]
    assert (parsed.bands.good, parsed.minimum_coverage, parsed.caps[0].score) == (70, 0.5, 60)


def test_a_measure_that_is_gone_since_is_always_missing() -> None:
    published = definition(groups=[group("usage", 1, no_such=[[0, 0], [1, 1]], last_nps=[[0, 0], [10, 100]])])
    parsed = parse_published(published)
    result = calculate(parsed, {"no_such": np.array([np.nan]), "last_nps": np.array([8.0])})
    assert (result.score[0], result.coverage[0]) == (80, 0.5)


@pytest.mark.django_db
def test_those_that_the_product_starts_with_are_valid() -> None:
    measured = {f"{one}": len(parse(one.definition).keys) for one in ScorecardVersion.objects.all()}
    assert len({one.scorecard_id for one in ScorecardVersion.objects.all()}) == 3
    assert measured and min(measured.values()) >= 12


def test_all_problems_are_told_at_once() -> None:
    bad = definition(
        bands={"good": 40, "watch": 70},
        minimum_coverage=2,
        groups=[group("usage", 0, no_such=[[0, 0], [1, 1]]), group("voice", 1, last_nps=[[3, 0], [1, 100]])],
    )
    assert wrong_at(bad) == [
        "groups[0].measures[0].key",
        "groups[0].weight",
        "groups[1].measures[0].points",
        "bands",
        "minimum_coverage",
    ]


@pytest.mark.parametrize(
    ("key", "points"),
    [
        ("score", [[0, 0], [100, 100]]),  # made from scores
        ("last_usage_on", [[0, 0], [1, 1]]),  # a date
        ("nothing", [[0, 0], [1, 1]]),
        (None, []),
    ],
)
def test_measures_that_can_not_enter(key: str, points: Any) -> None:
    groups = [{"key": "g", "label": "G", "weight": 1, "measures": [{"key": key, "weight": 1, "points": points}]}]
    assert wrong_at(definition(groups=groups)) == ["groups[0].measures[0].key"]


@pytest.mark.parametrize(
    "points",
    [
        None,
        [],
        [[1, 1]],
        [[1, 1], [1, 2]],
        [[2, 1], [1, 2]],
        [[0, -1], [1, 2]],
        [[0, 0], [1, 101]],
        [[0], [1]],
        ["ab"],
        [[0, 0], ["x", 1]],
        [[0, 0], [True, 1]],
        {"yes": 1},
    ],
)
def test_points_are_pairs_with_rising_values(points: Any) -> None:
    assert wrong_at(definition(groups=[group("usage", 1, active_days_28=points)])) == ["groups[0].measures[0].points"]


def test_a_measure_enters_once() -> None:
    groups = [group("one", 1, last_nps=[[0, 0], [10, 100]]), group("two", 1, last_nps=[[0, 0], [10, 100]])]
    assert wrong_at(definition(groups=groups)) == ["groups[1].measures[0].key"]


@pytest.mark.parametrize(
    "cap", [{"measure": "other"}, {"measure": "last_nps", "when_points_at_most": 101, "score_at_most": 50}, "cap"]
)
def test_caps_are_on_measures_of_the_scorecard(cap: Any) -> None:
    assert wrong_at(definition(caps=[cap])) == ["caps[0]"]


@pytest.mark.parametrize("data", [None, [], "x"])
def test_what_is_no_object_is_refused(data: Any) -> None:
    assert wrong_at(data) == [""]


def test_words_that_mean_nothing_are_refused() -> None:
    assert wrong_at(definition(colour="red")) == ["colour"]


@pytest.mark.parametrize("groups", [None, [], {}, [3], [{"weight": 1, "measures": []}]])
def test_groups_hold_measures(groups: Any) -> None:
    assert wrong_at(definition(groups=groups))[0].startswith("groups")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rule",
    [
        {"key": "measure.score", "op": "<", "value": 40},  # made from scores
        {"key": "attribute.health_in_crm", "op": "is", "value": "red"},  # an outcome
        {"key": "attribute.nothing", "op": "is", "value": "x"},
        "all",
    ],
)
def test_whom_it_is_for_is_a_rule_over_what_was_known(rule: Any) -> None:
    AttributeFactory(key="health_in_crm", nature="outcome")
    assert wrong_at(definition(applies=rule)) == ["applies"]
