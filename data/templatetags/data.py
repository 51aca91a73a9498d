from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(given: Mapping[str, Any], key: str) -> Any:
    """What stands under a key; the key itself where nothing does."""
    return given.get(key, key)
