from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from rest_framework import serializers

from core.api.shapes import Row


class Fields(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, allow_null=True)
    day = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=["new", "churn"])
    owner = serializers.CharField(source="by.email")
    words = serializers.SerializerMethodField()
    secret = serializers.CharField(write_only=True)

    def get_words(self, row: Any) -> str:
        return f"{row.kind} on {row.day}"


class Fast(Row, Fields):
    pass


@pytest.mark.parametrize("amount", ["0", "-0.00005", "12.345678", "99999999999999.9999", None])
def test_a_row_is_said_as_by_any_serializer(amount: str | None) -> None:
    row = SimpleNamespace(
        uid=UUID(int=7),
        amount=amount and Decimal(amount),
        day=amount and date(2025, 3, 1),
        at=datetime(2025, 3, 1, 12, tzinfo=UTC),
        kind="new",
        by=SimpleNamespace(email="ada@example.com"),
    )
    assert Fast(row).data == Fields(row).data
    assert Fast([row, row], many=True).data == Fields([row, row], many=True).data
    assert "secret" not in Fast(row).data
