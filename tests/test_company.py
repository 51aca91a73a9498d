import pytest
from django.core.exceptions import ValidationError

from core.domain import company
from core.models import Company
from customers.tests.factories import TouchpointFactory

pytestmark = pytest.mark.django_db


def test_the_company_is_named_and_placed_before_the_first_fact() -> None:
    company.change(name="Tidewater", time_zone="Europe/Berlin")

    assert Company.current().name == "Tidewater"
    assert Company.current().time_zone == "Europe/Berlin"


def test_the_zone_is_fixed_after_the_first_fact() -> None:
    TouchpointFactory()

    with pytest.raises(ValidationError) as refused:
        company.change(name="Tidewater", time_zone="Europe/Berlin")

    assert "time_zone" in refused.value.message_dict
    assert Company.current().time_zone == "UTC"


def test_the_name_can_change_after_the_first_fact() -> None:
    TouchpointFactory()

    company.change(name="Tidewater", time_zone="UTC")

    assert Company.current().name == "Tidewater"


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        company.change(name="Tidewater", time_zone="Mars/Olympus")
