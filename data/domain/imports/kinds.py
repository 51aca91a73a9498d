"""What kind of values a column holds, from some of them."""

import re
from collections.abc import Sequence
from typing import Final

ISO: Final = re.compile(r"^(19|20|21)\d\d-\d\d-\d\d$")
ISO_INSTANT: Final = re.compile(r"^(19|20|21)\d\d-\d\d-\d\d[T ]\d{1,2}:\d\d")
OTHER_DATE: Final = re.compile(r"^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$")
NUMBER: Final = re.compile(r"^-?\d{1,14}(\.\d+)?$")
INTEGER: Final = re.compile(r"^-?\d{1,9}$")
MONEY: Final = r"(?:[A-Z]{3}|[$€£¥₴])?"
COMMA_NUMBER: Final = re.compile(rf"^{MONEY} ?-?(?:\d{{1,3}}(?:[. ']\d{{3}})+|\d+)(?:,\d+)? ?{MONEY}%?$")
POINT_NUMBER: Final = re.compile(rf"^{MONEY} ?-?(?:\d{{1,3}}(?:[, ']\d{{3}})+|\d+)(?:\.\d+)? ?{MONEY}%?$")
EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
YES_NO: Final = frozenset({"yes", "no", "true", "false", "y", "n", "t", "f", "1", "0"})
FORMATS: Final = {
    "day first": "DD{0}MM{0}YYYY",
    "month first": "MM{0}DD{0}YYYY",
    "year first": "YYYY{0}MM{0}DD",
}


MOSTLY: Final = 0.7


def kind_of(values: Sequence[str]) -> str:
    """date, instant, yes_no, integer, number, email or text: what most values are; nothing where there are none.

    A few may be otherwise: they are what the check is for.
    """
    if not values:
        return ""
    if all(one.lower() in YES_NO for one in values):
        return "yes_no"
    formats = format_of(values)
    whole = all(INTEGER.match(one) for one in values if NUMBER.match(one))
    kinds = (
        ("date", _mostly(values, ISO) or bool(formats and "hh" not in formats[0])),
        ("instant", _mostly(values, ISO, ISO_INSTANT) or bool(formats)),
        ("integer" if whole else "number", _mostly(values, NUMBER)),
        ("email", _mostly(values, EMAIL)),
        ("number", bool(decimal_of(values))),
    )
    return next((kind for kind, fits in kinds if fits), "text")


def _mostly(values: Sequence[str], *patterns: "re.Pattern[str]") -> bool:
    return sum(any(pattern.match(one) for pattern in patterns) for one in values) >= MOSTLY * len(values)


def format_of(values: Sequence[str]) -> list[str]:
    """The ways in which most values can be read as dates in another order than ours, the likeliest first."""
    if _mostly(values, ISO) or not _mostly(values, OTHER_DATE):
        return []
    matches = [found for one in values if (found := OTHER_DATE.match(one))]
    separators = {one[2] for one in matches}
    clocks = {"hh:mm:ss" if one[7] else "hh:mm" if one[5] else "" for one in matches}
    if len(separators) != 1 or len(clocks) != 1:
        return []
    (separator,), (clock,) = separators, clocks
    orders = [order for order in FORMATS if all(_fits(order, one) for one in matches)]
    if separator == "/" and orders[:2] == ["day first", "month first"]:
        orders[:2] = ["month first", "day first"]
    return [f"{FORMATS[order].format(separator)} {clock}".strip() for order in orders]


def _fits(order: str, match: "re.Match[str]") -> bool:
    first, second, third = match[1], match[3], match[4]
    year, month, day = {
        "day first": (third, second, first),
        "month first": (third, first, second),
        "year first": (first, second, third),
    }[order]
    return len(year) == 4 and len(day) <= 2 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def decimal_of(values: Sequence[str]) -> str:
    """``,`` or ``.`` where numbers are written for people (1.234,50 or $1,234.50); nothing where they are plain."""
    if all(NUMBER.match(one) for one in values):
        return ""
    if _mostly(values, POINT_NUMBER):
        return "" if _mostly(values, ISO, EMAIL) else "."
    return "," if _mostly(values, COMMA_NUMBER) else ""
