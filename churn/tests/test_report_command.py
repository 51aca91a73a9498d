import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customers.tests.factories import AttributeChangeFactory, SavedFilterFactory
from subscriptions.tests.factories import sell

pytestmark = pytest.mark.django_db
SPAN = {"start": "2025-02-01", "end": "2025-04-01"}


def printed(**options: Any) -> str:
    out = StringIO()
    call_command("report", "retention", stdout=out, **SPAN | options)
    return out.getvalue()


def test_the_shape_of_json() -> None:
    sell(None, 1000, date(2025, 1, 10), interval="year", ends_on=date(2025, 3, 5), cancelled_on=date(2025, 2, 1))
    february, march = json.loads(printed(period="month", json=True))
    assert february == {
        "period_start": "2025-02-01",
        "period_end": "2025-03-01",
        "customers": {"start": 1, "new": 0, "reactivated": 0, "churned": 0, "end": 1},
        "mrr": {
            "start": "83.333333",
            "new": "0.00",
            "expansion": "0.00",
            "contraction": "0.00",
            "churn": "0.00",
            "reactivation": "0.00",
            "fx": "0.00",
            "end": "83.333333",
        },
        "rates": {
            "customer_churn": 0.0,
            "gross_mrr_churn": 0.0,
            "net_mrr_churn": 0.0,
            "grr": 1.0,
            "nrr": 1.0,
            "quick_ratio": None,
        },
    }
    assert (march["customers"]["churned"], march["rates"]["customer_churn"], march["mrr"]["churn"]) == (
        1,
        1.0,
        "83.333333",
    )
    (early,) = json.loads(printed(period="60d", known_on="2025-01-31", json=True))
    assert early["customers"]["churned"] == 0


def test_groups_filters_and_text() -> None:
    customer = sell(None, 100, date(2025, 1, 1)).customer
    AttributeChangeFactory(customer=customer, value="Retail", day=date(2025, 1, 1))
    rule = {"all": [{"key": "attribute.industry", "op": "is", "value": "Retail"}]}
    SavedFilterFactory(name="Shops", rule=rule)
    (line,) = json.loads(printed(period="quarter", by="industry", filter="Shops", json=True))
    assert (line["by"], line["group"], line["customers"]["start"]) == ("industry", "Retail", 1)
    text = printed(period="quarter", by="industry")
    assert "Retail" in text and "100.0 %" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "2025-13-01"}, "--start: 2025-13-01 is no day"),
        ({"end": "2025-02-01"}, "--end: 2025-02-01 does not come after --start"),
        ({"known_on": "soon"}, "--known-on: soon is no day"),
        ({"period": "fortnight"}, "--period: no such period: fortnight"),
        ({"by": "shoe_size"}, "--by: there is no attribute 'shoe_size'"),
        ({"filter": "Nobody's"}, "--filter: There is no saved filter called"),
    ],
)
def test_errors_name_the_option(options: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        printed(**options)
