"""The list of customers at the door of the REST API, with what its page can be narrowed by."""

from typing import Any

from rest_framework import serializers

import customers.api
from core import clock
from customers.api.customers import CustomersQuery
from desk.filters import NOBODY, SOON, until


class ListQuery(CustomersQuery):
    owner = serializers.CharField(
        required=False, max_length=254, help_text=f"The e-mail of one of us, or `{NOBODY}` for those without an owner."
    )
    renewal = serializers.ChoiceField(
        choices=[(f"{key}", words) for key, words in SOON],
        required=False,
        help_text="Whose term ends in this quarter, or in so many days.",
    )


class CustomerRows(customers.api.CustomerRows):
    asks = ListQuery

    def narrowed(self, rows: Any, asked: dict[str, Any]) -> Any:
        if asked.get("owner") == NOBODY:
            asked = {name: value for name, value in asked.items() if name != "owner"}
            rows = rows.filter(owner=None)
        rows = super().narrowed(rows, asked)
        if days := asked.get("renewal"):
            today = clock.today()
            rows = rows.filter(standing__renewal_on__range=(today, until(days, today)))
        return rows
