from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.html import strip_tags

from core import formatting, marks

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (4800, 0, "4,800"),
        (Decimal("-4800.5"), 0, "−4,800"),
        (Decimal("2.345"), 2, "2.34"),
        (Decimal("2.355"), 2, "2.36"),
        (Decimal("-0.2"), 0, "0"),
        (1234567.891, 1, "1,234,567.9"),
    ],
)
def test_numbers_are_rounded_half_even_grouped_and_carry_a_true_minus(value, digits, text):
    assert formatting.plain(value, digits) == text


def test_grouping_follows_the_language():
    with translation.override("uk"):
        assert formatting.plain(Decimal("1234.5"), 1) == "1\u00a0234,5"


@pytest.mark.parametrize("language", ["en", "de", "fr", "uk", "hi", "ar", "de-ch"])
@pytest.mark.parametrize(("value", "digits"), [("0", 0), ("999.995", 2), ("1234567.25", 1), ("98765432", 0)])
def test_figures_are_grouped_as_django_groups_them(language, value, digits):
    with translation.override(language):
        by_django = number_format(round(Decimal(value), digits), digits, use_l10n=True, force_grouping=True)
        assert formatting.plain(Decimal(value), digits) == by_django


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(4800, "USD", "$4,800"), (-4800, "EUR", "−€4,800"), (5, "CHF", "CHF\u00a05"), (5, "", "5")],
)
def test_money_writes_sign_then_currency_then_figures(value, currency, text):
    assert strip_tags(formatting.money(value, currency)) == text
    assert formatting.plain_money(value, currency) == text


@pytest.mark.parametrize("write", [formatting.number, formatting.percent, formatting.signed, formatting.day])
def test_what_is_not_defined_is_a_dash(write):
    assert strip_tags(write(None)) == "–"
    assert strip_tags(write(float("nan"))) == "–"


def test_numbers_of_numpy_are_numbers():
    assert formatting.plain(np.float64(0.25), 1) == "0.2"
    assert formatting.plain_percent(np.float64(0.918)) == "91.8\u202f%"


def test_a_share_is_written_in_hundredths():
    assert strip_tags(formatting.percent(Decimal("0.918"))) == "91.8\u202f%"


@pytest.mark.parametrize(("value", "text"), [(3, "+3"), (-3, "−3"), (0, "0"), (0.2, "0")])
def test_a_change_shows_its_sign(value, text):
    assert strip_tags(formatting.signed(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 21), "today"),
        (date(2026, 11, 22), "tomorrow"),
        (date(2026, 11, 20), "yesterday"),
        (date(2026, 12, 14), "in 23 days"),
        (date(2026, 11, 9), "12 days ago"),
        (date(2027, 6, 22), "22 Jun 2027"),
    ],
)
def test_near_days_are_distances_and_far_ones_dates(value, text):
    assert strip_tags(formatting.day(value, TODAY)) == text


def test_the_exact_day_is_on_hover():
    assert 'title="14 December 2026"' in formatting.day(date(2026, 12, 14), TODAY)
    assert 'title="22 June 2027, in 213 days"' in formatting.day(date(2027, 6, 22), TODAY)
    assert 'title="21 November 2026, 14:05"' in formatting.day(datetime(2026, 11, 21, 14, 5, tzinfo=UTC), TODAY)


@pytest.mark.parametrize(
    ("name", "text"),
    [("Sam Oduya", "SO"), ("Ana Maria Ruiz", "AR"), ("mei@example.com", "M"), ("j.doe@example.com", "JD"), ("", "")],
)
def test_initials(name, text):
    assert formatting.initials(name) == text


def test_a_band_says_its_name_to_those_who_do_not_see_its_shape():
    assert strip_tags(marks.band("risk", "34")) == "Risk: 34"
    assert strip_tags(marks.band("unknown")) == "Not enough data"
    assert "band-unknown" in marks.band("purple")


def test_the_text_of_a_band_is_escaped():
    assert "<b>" not in marks.band("good", "<b>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (950, "950"),
        (4800, "4.8k"),
        (-12300, "−12.3k"),
        (2_500_000, "2.5M"),
        (0.5, "0.5"),
        (3e9, "3B"),
        (1204, "1.2k"),
    ],
)
def test_an_axis_is_written_short(value, text):
    assert formatting.compact(value) == text


def test_what_was_written_before_follows_the_language_of_now():
    assert strip_tags(formatting.number(4800.5, 1)) == "4,800.5"
    assert "Mar 2020" in formatting.day(date(2020, 3, 1), TODAY)
    with translation.override("de"):
        assert strip_tags(formatting.number(4800.5, 1)) == "4.800,5"
        assert "Mär" in formatting.day(date(2020, 3, 1), TODAY)
    assert strip_tags(formatting.number(4800.5, 1)) == "4,800.5"


def test_one_moment_in_two_zones_is_written_twice():
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Kyiv")):
        assert "21 November 2026, 01:30" in formatting.day(at, TODAY)
    with timezone.override(UTC):
        assert "20 November 2026, 23:30" in formatting.day(at, TODAY)
