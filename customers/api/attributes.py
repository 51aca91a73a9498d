import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models.attribute import KEY

LONGEST = 10_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
VALUE = {"type": ["string", "number", "boolean", "null"], "maxLength": LONGEST, "pattern": r"^[^\u0000]*$"}


@extend_schema_field(
    {
        "type": "object",
        "propertyNames": {"pattern": KEY, "maxLength": 60},
        "additionalProperties": VALUE,
        "description": "The company's own attributes, by key. null empties one.",
    }
)
class AttributesField(serializers.Field[Any, Any, Any, Any]):
    """Values of attributes by their keys; whether there are such, and of that type, is said by the domain."""

    default_error_messages = {
        "not_an_object": "Give an object: key and value.",
        "key": "“{name}” is no key of an attribute.",
        "value": "“{name}” is no text, number, yes or no.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        for key, value in data.items():
            if not re.search(KEY, key) or len(key) > 60:
                self.fail("key", name=key)
            if not _is_plain(value):
                self.fail("value", name=key)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST and not UNSTORABLE.search(value)
    return value is None or isinstance(value, bool | int | float)
