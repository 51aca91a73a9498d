"""HTML that is put together by the hundred: the cells of a list, the lines of the queue."""

from html import escape
from typing import Any

from django.utils.safestring import SafeString


def escaped(value: Any) -> str:
    """``value`` as HTML: left as it is where it is HTML already."""
    if type(value) is SafeString:  # by far the most: cells are made of cells
        return value
    return str(value.__html__()) if hasattr(value, "__html__") else escape(f"{value}")


def markup(pattern: str, *values: Any) -> SafeString:
    """What Django's ``format_html`` says of these ``values``, in a fourth of the time."""
    return SafeString(pattern.format(*map(escaped, values)))
