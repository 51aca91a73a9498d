from datetime import UTC, date, datetime

import pytest

from playbooks.domain.book import calendar, placeholders

FRIDAY = date(2025, 12, 19)


@pytest.mark.parametrize(
    ("country", "count", "day"),
    [("", 1, date(2025, 12, 22)), ("DE", 4, date(2025, 12, 29)), ("US", 4, date(2025, 12, 26)),
     ("XX", 1, date(2025, 12, 22))],
)  # fmt: skip
def test_business_days_leave_out_weekends_and_the_holidays_of_the_country(country: str, count: int, day: date) -> None:
    assert calendar.add(FRIDAY, count, "business_days", country) == day


def test_a_day_begins_where_its_owner_is() -> None:
    assert calendar.begins(FRIDAY, "America/New_York") == datetime(2025, 12, 19, 13, tzinfo=UTC)
    late = datetime(2025, 12, 19, 23, tzinfo=UTC)
    assert calendar.day_of(late, "Asia/Tokyo") == date(2025, 12, 20)
    assert calendar.day_of(late, "no/such") == FRIDAY


def test_placeholders_are_a_flat_list() -> None:
    assert placeholders.fill("Hello {first_name}{gone}", {"first_name": "Ana"}) == "Hello Ana"
    assert placeholders.unknown("{customer} {a.b} {}") == ["", "a.b"]
    assert placeholders.whole_years(date(2024, 2, 29), date(2025, 2, 28)) == 0
