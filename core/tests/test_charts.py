import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts
from core.charts import scales
from core.charts.base import thinned
from core.styleguide import pictures

NASTY = "<script>alert('x')</script>\" onload=\"x"
numbers = st.floats(-1e9, 1e9, allow_nan=False)


def marks(*values, **fields):
    return [charts.Mark(label=f"L{index}", value=value, **fields) for index, value in enumerate(values)]


def parse(chart):
    return ElementTree.fromstring(str(chart))


def found(chart, kind, name):
    return [shape for shape in parse(chart).iter(kind) if name in shape.get("class", "").split()]


def titles(chart):
    return [title.text for title in parse(chart).iter("title")]


# Scales


@given(numbers, numbers)
def test_ticks_are_even_and_hold_what_they_are_for(one, other):
    low, high = sorted((one, other))
    ticks = scales.nice_ticks(low, high)
    steps = [after - before for before, after in pairwise(ticks)]
    slack = (high - low) * 1e-6 + 1e-9
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 1 <= len(steps) <= 6
    assert max(steps) == pytest.approx(min(steps))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 12, [0, 5, 10, 15]),
        (0.91, 1.04, [0.9, 0.95, 1, 1.05]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1]),
        (-7, 21, [-10, 0, 10, 20, 30]),
    ],
)
def test_ticks_stand_at_round_numbers(low, high, ticks):
    assert scales.nice_ticks(low, high) == pytest.approx(ticks)


def test_places_side_by_side_fill_the_width():
    band = scales.Band(4, gap=0.2)
    assert band.left(0) == pytest.approx(2.5)
    assert band.left(3) + band.width == pytest.approx(97.5)
    assert scales.Linear(0, 10, 100, 0)(2.5) == 75


@pytest.mark.parametrize("count", [1, 2, 5, 13, 24, 53, 365])
def test_labels_are_thinned_by_width_and_the_last_always_stays(count):
    shown = thinned(count)
    assert shown[-1] == ""
    assert shown.count("") <= 5
    assert sum(name in {"", "at-mid"} for name in shown) <= 12
    assert sum(name != "at-none" for name in shown) <= 24


# Pictures


@pytest.mark.parametrize(
    "name", [name for name, chart in pictures.context().items() if isinstance(chart, charts.Chart)]
)
def test_every_chart_is_well_formed_needs_no_style_and_carries_its_numbers(name):
    chart = pictures.context()[name]
    drawing = parse(chart)
    assert drawing.get("aria-label") == chart.title
    assert " style=" not in chart.svg
    assert "NaN" not in chart.svg
    assert chart.rows
    assert {len(row) for row in chart.rows} == {len(chart.header)}


def test_bars_are_as_tall_as_their_values_and_stand_on_zero():
    bars = found(charts.bar(marks(5, 10, -5), title="Lost"), "rect", "bar")
    heights = [float(bar.get("height")) for bar in bars]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.05)
    assert heights[2] == pytest.approx(heights[0], abs=0.05)
    foot = float(bars[0].get("y")) + heights[0]
    assert float(bars[1].get("y")) + heights[1] == pytest.approx(foot, abs=0.05)
    assert float(bars[2].get("y")) == pytest.approx(foot, abs=0.05)


def test_a_stack_is_as_tall_as_its_sum():
    series = [
        charts.Series("New", marks(30, 0)),
        charts.Series("Expansion", marks(10, 40)),
        charts.Series("Churn", marks(-20, None), "risk"),
    ]
    bars = found(charts.stacked(series, title="Movements"), "rect", "bar")
    heights = [float(bar.get("height")) for bar in bars]
    assert len(bars) == 4, "what is zero or missing is not drawn"
    assert heights[0] + heights[1] == pytest.approx(heights[3], abs=0.05)
    assert heights[2] == pytest.approx(heights[3] / 2, abs=0.05)


def test_a_waterfall_leads_from_level_to_level():
    steps = [
        charts.Step(label="Start", value=Decimal(100), total=True),
        charts.Step(label="New", value=Decimal(30)),
        charts.Step(label="Churn", value=Decimal(-50)),
        charts.Step(label="End", value=Decimal(80), total=True),
    ]
    bars = found(charts.waterfall(steps, title="MRR"), "rect", "bar")
    start, new, churn, end = ((float(bar.get("x")[:-1]), float(bar.get("width")[:-1])) for bar in bars)
    assert start[0] == end[0] == 0
    assert new[0] == pytest.approx(start[1], abs=0.02)
    assert new[0] + new[1] == pytest.approx(churn[0] + churn[1], abs=0.02)
    assert churn[0] == pytest.approx(end[1], abs=0.02)


def test_a_long_name_in_a_waterfall_stands_whole_in_two_lines():
    steps = [charts.Step(label="Contraction: cross-sell", value=9), charts.Step(label="Churn", value=-2)]
    drawn = found(charts.waterfall(steps, title="MRR"), "text", "name")
    assert [(one.text, one.get("class")) for one in drawn] == [
        ("Contraction:", "name if-wide"),
        ("cross-sell", "name if-wide"),
        ("Contraction:", "name if-narrow"),
        ("cross-sell", "name if-narrow"),
        ("Churn", "name"),
    ]
    first, second = (float(one.get("y")) for one in drawn[:2])
    assert second - first >= 12  # px that a line of 12 px needs


def test_a_waterfall_that_does_not_add_up_is_refused():
    steps = [
        charts.Step(label="Start", value=100, total=True),
        charts.Step(label="New", value=30),
        charts.Step(label="End", value=131, total=True),
    ]
    with pytest.raises(ValueError, match="lead to 130"):
        charts.waterfall(steps, title="MRR")


def test_a_cut_off_scale_says_so():
    def breaks(end):
        steps = [
            charts.Step(label="Start", value=100, total=True),
            charts.Step(label="Change", value=end - 100),
            charts.Step(label="End", value=end, total=True),
        ]
        return len(found(charts.waterfall(steps, title="MRR"), "path", "break"))

    assert breaks(104) == 2
    assert breaks(60) == 0


def test_levels_of_a_waterfall_that_nothing_moved_are_full_bars():
    start, end = (charts.Step(label=name, value=100, total=True) for name in ("Start", "End"))
    still = charts.waterfall([start, charts.Step(label="New", value=0), end], title="MRR")

    assert [bar.get("width") for bar in found(still, "rect", "bar")] == ["100%", "0.3%", "100%"]


def test_a_value_between_gaps_is_a_dot_that_is_always_seen():
    chart = charts.line([charts.Series("Events", marks(None, 3, None, 4, 5))], title="Events")
    assert len(found(chart, "circle", "dot")) == 3
    assert len(found(chart, "circle", "dot-quiet")) == 2


def test_a_missing_value_leaves_a_gap_and_an_unfinished_one_is_dashed():
    values = [*marks(1, 2, None, 4, 5), charts.Mark(label="now", value=3, unfinished=True)]
    chart = charts.line([charts.Series("Rate", values)], title="Rate")
    assert len(found(chart, "path", "line")) == 3
    assert len(found(chart, "path", "line-open")) == 1
    assert len(titles(chart)) == 5
    assert chart.rows[2] == ["L2", "–"]


def test_an_unfinished_bar_is_hatched():
    chart = charts.bar([*marks(3), charts.Mark(label="now", value=2, unfinished=True)], title="Lost")
    fills = re.findall(r'fill="url\(#(hatch-\w+)\)"', chart.svg)
    assert len(fills) == 1
    assert f'id="{fills[0]}"' in chart.svg
    assert titles(chart)[-1] == "now: 2\nnot finished yet"


def test_marks_are_links_to_their_rows():
    chart = charts.bar(marks(3, href="/rows/?a=1&b=2"), title="Lost")
    link = next(parse(chart).iter("a"))
    assert link.get("href") == "/rows/?a=1&b=2"
    assert link.get("aria-label") == "L0: 3"
    assert parse(chart).get("role") == "group"
    assert parse(charts.bar(marks(3), title="Lost")).get("role") == "img"


def test_the_interval_stands_in_the_title():
    chart = charts.dots([charts.Mark(label="Team", value=31, low=22, high=40)], title="NPS")
    assert titles(chart) == ["Team: 31\n22 to 40"]
    assert chart.rows == [["Team", "31", "22", "40"]]


def test_missing_is_not_little():
    chart = charts.heat([("Feature", marks(None, 0, 10))], title="Use")
    assert [cell.get("class") for cell in found(chart, "rect", "cell")] == [
        "cell heat-none",
        "cell heat-0",
        "cell heat-4",
    ]


def test_a_value_beyond_the_bands_stands_at_the_edge():
    zones = [charts.Zone("Good", 0, 0.1, "good"), charts.Zone("Risk", 0.1, 0.4, "risk")]
    chart = charts.bullet(charts.Mark(label="Ours", value=0.9), zones, title="Churn", unit=charts.PERCENT)
    assert found(chart, "line", "needle")[0].get("x1") == "100%"


def test_a_spark_needs_two_values():
    assert charts.spark([None, 3], title="Use") == ""
    assert "<svg" in charts.spark([1, None, 3], title="Use")


@pytest.mark.parametrize(
    "chart",
    [
        charts.bar([charts.Mark(label=NASTY, value=1, href=NASTY, note=NASTY)], title=NASTY),
        charts.line(
            [charts.Series(NASTY, [charts.Mark(label=NASTY, value=1), charts.Mark(label=NASTY, value=2)])], title=NASTY
        ),
        charts.heat([(NASTY, [charts.Mark(label=NASTY, value=1)])], title=NASTY),
        charts.waterfall([charts.Step(label=NASTY, value=1, total=True, note=NASTY)], title=NASTY),
        charts.dots([charts.Mark(label=NASTY, value=1)], title=NASTY),
    ],
)
def test_charts_escape_what_they_are_given(chart):
    assert "<script" not in chart.svg
    assert '" onload' not in chart.svg


@pytest.mark.parametrize("value", [0, 1, 100, 0.5])
def test_charts_of_one_value_or_of_nothing_but_zeros_are_drawn(value):
    for chart in (
        charts.bar(marks(value), title="T"),
        charts.line([charts.Series("S", marks(value))], title="T"),
        charts.dots(marks(value), title="T"),
        charts.heat([("R", marks(value))], title="T"),
        charts.waterfall([charts.Step(label="S", value=value, total=True)], title="T"),
        charts.stacked([charts.Series("S", marks(value))], title="T"),
    ):
        assert "nan" not in chart.svg.lower()
        parse(chart)


def test_long_labels_are_left_out_where_they_would_run_into_each_other():
    marks = [charts.Mark(label="22 Nov 26", value=number) for number in range(12)]
    long = charts.line([charts.Series("NRR", marks)], title="NRR").svg
    short = charts.line([charts.Series("NRR", [charts.Mark(label="N", value=1)] * 12)], title="NRR").svg
    assert long.count(">22 Nov 26<") < short.count(">N<")


def test_a_ranked_chart_says_what_its_shares_are_and_writes_amounts_alike():
    marks = [charts.Mark(label="Price", value=6260), charts.Mark(label="Other", value=Decimal("111.98"))]
    drawn = charts.ranked(marks, title="Lost", unit=charts.money("USD"))
    assert "with those above" in drawn.svg
    assert ">$6,260<" in drawn.svg
    assert ">$112<" in drawn.svg


def test_a_file_has_the_numbers_of_a_chart_as_they_are():
    zones = [charts.Zone("Good", 0, 0.05, "good"), charts.Zone("Bad", 0.05, 0.2, "risk")]
    chart = charts.bullet(charts.Mark(label="We", value=0.125), zones, title="Churn", unit=charts.PERCENT)
    assert [*chart.as_rows()][1:] == [["Good", 0, 0.05], ["Bad", 0.05, 0.2], ["We", 0.125, ""]]
    missing = charts.bar([charts.Mark(label="L", value=None)], title="T")
    assert [*missing.as_rows()][1:] == [["L", None]]
