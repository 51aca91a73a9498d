from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from core import clock
from core.domain import company
from core.middleware import CompanyTime

pytestmark = pytest.mark.django_db


def test_a_day_is_decided_by_the_company_and_not_by_utc() -> None:
    company.change(name="Tidewater", time_zone="Pacific/Auckland")

    assert clock.today(datetime(2026, 3, 1, 20, 0, tzinfo=UTC)).isoformat() == "2026-03-02"


def test_inside_company_time_instants_are_shown_in_its_zone() -> None:
    company.change(name="Tidewater", time_zone="Pacific/Auckland")

    with clock.company_time():
        shown = timezone.get_current_timezone_name()

    assert shown == "Pacific/Auckland"
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_zone_is_read_once_for_a_request(django_assert_num_queries) -> None:
    company.change(name="Tidewater", time_zone="Pacific/Auckland")

    with clock.company_time(), django_assert_num_queries(0):
        clock.today()
        clock.today()


def test_a_request_of_somebody_signed_in_runs_in_company_time() -> None:
    company.change(name="Tidewater", time_zone="Pacific/Auckland")
    request = RequestFactory().get("/")
    request.user = UserFactory()

    answer = CompanyTime(lambda _: HttpResponse(timezone.get_current_timezone_name()))(request)

    assert answer.content == b"Pacific/Auckland"
