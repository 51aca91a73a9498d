"""What the home page shows: one's day, the state of the book, and what has changed since the last visit."""

from desk.queries.home.day import Day, day_of
from desk.queries.home.lists import LABELS, Entry, Listing, opened
from desk.queries.home.overview import Overview, overview
from desk.queries.home.scope import Scope, scope_of
from desk.queries.home.setting_up import Missing, missing

__all__ = [
    "LABELS",
    "Day",
    "Entry",
    "Listing",
    "Missing",
    "Overview",
    "Scope",
    "day_of",
    "missing",
    "opened",
    "overview",
    "scope_of",
]
