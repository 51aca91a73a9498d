"""The one rule language over attributes and measures: lists, reports, and whatever asks "which customers".

Stored as JSON: ``{"all": […]}``, ``{"any": […]}``, ``{"not": …}`` and conditions
``{"key": "measure.score", "op": "<", "value": 40}``; ``{"filter": uid}`` is
what a saved filter says. A missing value meets no condition but ``missing``; ``is_not``,
``not_in`` and ``not`` are true wherever their opposite isn't, so also where the value is missing.
"""

from customers.rules.fields import Field, all_fields
from customers.rules.frames import frame_for, mask, matching
from customers.rules.lists import to_q
from customers.rules.ops import OPS, Op
from customers.rules.parsing import RuleError, parse
from customers.rules.references import holds_rules, users_of, users_of_filter, users_of_filters
from customers.rules.saved import frozen
from customers.rules.tree import Condition, Group, Not, Rule, Saved
from customers.rules.words import describe, lower

__all__ = [
    "OPS",
    "Condition",
    "Field",
    "Group",
    "Not",
    "Op",
    "Rule",
    "RuleError",
    "Saved",
    "all_fields",
    "describe",
    "frame_for",
    "frozen",
    "holds_rules",
    "lower",
    "mask",
    "matching",
    "parse",
    "to_q",
    "users_of",
    "users_of_filter",
    "users_of_filters",
]
