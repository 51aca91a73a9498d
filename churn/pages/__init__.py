"""The pages of reports: each a function of the form and the question, that gives a ``Page``."""

from churn.pages.values import Page, Part, Table, TableRow, Value, Writer

__all__ = ["Page", "Part", "Table", "TableRow", "Value", "Writer"]
