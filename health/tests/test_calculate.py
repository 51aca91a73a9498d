import numpy as np
import pytest

from customers.models import Band
from health.domain.calculate import calculate, nominal
from health.domain.curves import Answers, Line
from health.domain.definition import Bands, Cap, Definition, Group, Item

AS_IS = Line((0, 100), (0, 100))
NAN = np.nan


def define(*groups: tuple[float, dict[str, float]], caps: tuple[Cap, ...] = (), minimum: float = 0.0) -> Definition:
    """Groups of (weight, weight by measure); each measure's points are its value."""
    made = tuple(
        Group(f"g{n}", f"Group {n}", weight, tuple(Item(key, one, AS_IS) for key, one in items.items()))
        for n, (weight, items) in enumerate(groups)
    )
    return Definition(made, Bands(good=70, watch=40), caps, minimum)


def columns(**values: list[float]) -> dict[str, np.ndarray]:
    return {key: np.array(column, dtype=float) for key, column in values.items()}


ONE_GROUP = define((1, {"a": 20, "b": 15, "c": 22}))
TWO_GROUPS = define((60, {"a": 2, "b": 1}), (40, {"c": 1}))


def test_a_group_is_its_weighted_mean() -> None:
    assert calculate(ONE_GROUP, columns(a=[47], b=[59], c=[21])).score == [40.12]


def test_effective_weights_sum_to_one() -> None:
    assert nominal(TWO_GROUPS) == pytest.approx([0.4, 0.2, 0.4])


def test_a_missing_measure_spreads_inside_its_group_first() -> None:
    result = calculate(TWO_GROUPS, columns(a=[NAN], b=[50], c=[100]))
    assert result.weights[0] == pytest.approx([0, 0.6, 0.4])
    assert (result.score[0], result.coverage[0]) == (70, 0.6)


def test_a_missing_group_spreads_among_the_groups() -> None:
    result = calculate(TWO_GROUPS, columns(a=[30], b=[60], c=[NAN]))
    assert result.weights[0] == pytest.approx([2 / 3, 1 / 3, 0])
    assert (result.score[0], result.coverage[0]) == (40, 0.6)


@pytest.mark.parametrize(("minimum", "band"), [(0.6, Band.GOOD), (0.61, Band.UNKNOWN)])
def test_below_the_minimum_coverage_there_is_no_score(minimum: float, band: Band) -> None:
    definition = define((60, {"a": 1}), (40, {"b": 1}), minimum=minimum)
    result = calculate(definition, columns(a=[90], b=[NAN]))
    assert result.band == [band]
    assert np.isnan(result.score[0]) == (band == Band.UNKNOWN)


def test_nothing_measured_is_no_score_even_without_a_minimum() -> None:
    result = calculate(TWO_GROUPS, columns(a=[NAN], b=[NAN], c=[NAN]))
    assert (result.band[0], result.coverage[0], np.isnan(result.score[0])) == (Band.UNKNOWN, 0, True)


@pytest.mark.parametrize(("score", "band"), [(70, "good"), (69.99, "watch"), (40, "watch"), (39.99, "risk")])
def test_bands_begin_at_their_threshold(score: float, band: str) -> None:
    assert calculate(define((1, {"a": 1})), columns(a=[score])).band == [band]


@pytest.mark.parametrize(("red", "score"), [(10, 50), (10.01, 70.0), (NAN, 90)])
def test_a_red_measure_caps_the_score_a_missing_one_does_not(red: float, score: float) -> None:
    definition = define((3, {"a": 1}), (1, {"b": 1}), caps=(Cap("b", when=10, score=50),))
    assert calculate(definition, columns(a=[90], b=[red])).score == pytest.approx([score], abs=0.01)


def test_many_customers_are_scored_as_each_alone() -> None:
    generator = np.random.default_rng(1)
    values = generator.uniform(0, 100, (3, 50))
    values[generator.random((3, 50)) < 0.3] = NAN
    together = calculate(TWO_GROUPS, dict(zip("abc", values, strict=True))).score
    alone = [
        calculate(TWO_GROUPS, {key: row[n : n + 1] for key, row in zip("abc", values, strict=True)}).score[0]
        for n in range(50)
    ]
    np.testing.assert_array_equal(together, alone)


class TestCurves:
    def test_a_line_runs_straight_between_its_corners_and_flat_beyond(self) -> None:
        line = Line((14, 44, 104), (100, 70, 10))
        np.testing.assert_allclose(line.points(np.array([0, 14, 29, 44, 500])), [100, 100, 85, 70, 10])

    def test_it_may_go_up_and_down_again(self) -> None:
        assert Line((0, 5, 10), (0, 100, 0)).points(np.array([2.5, 7.5])).tolist() == [50, 50]

    def test_a_missing_value_has_no_points(self) -> None:
        assert np.isnan(AS_IS.points(np.array([NAN]))).all()
        assert np.isnan(Answers({"yes": 0}).points(np.array([NAN]))).all()

    def test_answers_have_points_of_their_own(self) -> None:
        np.testing.assert_array_equal(Answers({"yes": 0, "no": 85}).points(np.array([1.0, 0.0, NAN])), [0, 85, NAN])
        of_plan = Answers({"basic": 20, "pro": 80})
        np.testing.assert_array_equal(
            of_plan.points(np.array(["pro", None, "basic", "other"], dtype=object)), [80, NAN, 20, NAN]
        )
