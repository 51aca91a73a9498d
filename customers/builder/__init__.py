"""The builder of rules: rows of "what – how – value" in nested groups, as a form that works without a script."""

from customers.builder.field import RuleField
from customers.builder.posted import read
from customers.builder.rows import Branch, Row

__all__ = ["Branch", "Row", "RuleField", "read"]
