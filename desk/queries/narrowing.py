"""The filters of the customer list as a rule, so that what is looked at can be saved under a name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import Team, User
from customers.models import SavedFilter
from desk.filters import QUARTER, until

Rule = dict[str, Any]

RENEWAL = "measure.renewal_on"
COLUMNS = ("stage", "industry", "country")


def rule_of(cleaned: Mapping[str, Any], today: date) -> Rule:
    """The rule that the filters of the form come to: all of them at once, a saved one among them included."""
    parts = [_is(f"attribute.{name}", cleaned[name]) for name in COLUMNS if cleaned.get(name)]
    parts += [_who(f"attribute.{name}", cleaned[name]) for name in ("owner", "team") if cleaned.get(name)]
    if band := cleaned.get("band"):
        parts.append(_is("measure.band", band))
    if choice := cleaned.get("renewal"):
        parts.append(_renewing(choice, today))
    if words := cleaned.get("q"):
        parts.append({"key": "attribute.name", "op": "contains", "value": words})
    saved = cleaned.get("saved")
    if isinstance(saved, SavedFilter):
        parts.append(saved.rule)
    return {"all": parts}


def _renewing(choice: str, today: date) -> Rule:
    if choice == QUARTER:
        return {"key": RENEWAL, "op": "between", "value": [f"{today}", f"{until(choice, today)}"]}
    return {"key": RENEWAL, "op": "within_next_days", "value": int(choice)}


def _who(key: str, value: User | Team | str) -> Rule:
    """Of one of us or of a team; the word for nobody is the only text among the values."""
    return {"key": key, "op": "missing"} if isinstance(value, str) else _is(key, str(value.uid))


def _is(key: str, value: Any) -> Rule:
    return {"key": key, "op": "is", "value": value}
