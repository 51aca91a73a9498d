"""Words in the cells that other tools use for ours."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from babel import Locale

from core.loading import COUNTRY, Column

# The first that is found in a value gives ours.
MEANT: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "interval": (
        ("half|semi|6 ?m|bi.?annual", "half_year"),
        ("quart|3 ?m", "quarter"),
        ("year|ann|12|yr|jahr", "year"),
        ("week|wk|woche", "week"),
        ("mon|mtl", "month"),
    ),
    "status": (
        ("unpaid|open|due|pending|sent|draft", "open"),
        ("paid|success|settled|complete", "paid"),
        ("fail|declin", "failed"),
        ("void|cancel|refund", "void"),
        ("uncollect|write|bad", "uncollectible"),
    ),
    "role": (
        ("champion|advocate|sponsor", "champion"),
        ("decision|buyer|exec|owner|ceo|cto|director", "decision_maker"),
        ("bill|financ|account", "billing"),
        (".", "user"),
    ),
    "churn_kind": (("invol|fail|payment", "involuntary"), (".", "voluntary")),
}
KINDS: Final = {
    "touchpoints": (
        ("call|phone", "call"),
        ("mail", "mail"),
        ("meet|visit|demo|onsite|qbr|video|zoom", "meeting"),
        (".", "note"),
    ),
    "features": (("core|main|key", "core"), ("stick", "sticky"), (".", "other")),
    "costs": (("acq|sales|market", "acquisition"), (".", "service")),
}


def strangers(column: Column, values: Sequence[str]) -> list[str]:
    """The values that our column would refuse, of those it can be told words for."""
    if column.choices:
        known = {*column.choices, *(word for word, _choice in column.also)}
        return [one for one in values if re.sub(r"[ -]+", "_", one.lower()) not in known]
    if column.type is COUNTRY:
        return [one for one in values if not re.fullmatch(r"[A-Za-z]{2}", one) or one.upper() == "UK"]
    return []


def meant(noun: str, column: Column, values: Sequence[str]) -> dict[str, str]:
    """Another tool's words → ours; nothing for what stays open."""
    return {one: _meant(noun, column, one) for one in strangers(column, values)}


def _meant(noun: str, column: Column, value: str) -> str:
    if column.type is COUNTRY:
        return _countries().get(value.strip().lower(), "")
    patterns = KINDS.get(noun, ()) if column.name == "kind" else MEANT.get(column.name, ())
    return next((ours for pattern, ours in patterns if re.search(pattern, value.lower())), "")


@lru_cache
def _countries() -> Mapping[str, str]:
    more = {
        "uk": "GB",
        "usa": "US",
        "u.s.": "US",
        "u.s.a.": "US",
        "england": "GB",
        "holland": "NL",
        "czech republic": "CZ",
    }
    found: dict[str, str] = {}
    for language in ("de", "fr", "es", "uk", "zh", "en"):
        names = Locale(language).territories
        found |= {name.lower(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}
    return found | more
