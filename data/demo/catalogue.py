"""What the demo's company sells, and to whom it talks: the fixed lists behind the drawn numbers."""

from typing import NamedTuple

COMPANY = "Tidewater Software"
MONTH, QUARTER, HALF_YEAR, YEAR = range(4)
INTERVALS = ("month", "quarter", "half_year", "year")
INTERVAL_MONTHS = (1, 3, 6, 12)

STARTER, TEAM, BUSINESS, ENTERPRISE, ADD_ON = range(5)
PLANS = ("Starter", "Team", "Business", "Enterprise", "Route optimiser")
# A seat and month in euros; the add-on is a subscription of its own.
PRICES = (19.0, 34.0, 52.0, 71.0, 9.0)
CURRENCIES = ("EUR", "USD", "GBP")
PRICE_LEVELS = (1.0, 1.1, 0.9)

CLOUD, CLASSIC, NO_FEED = 0, 1, 2
FEEDS = (("product", "Tidewater Cloud"), ("classic", "Tidewater Classic (own servers)"))


class Feature(NamedTuple):
    key: str
    label: str
    kind: str
    reach: float  # the share of customers that ever take it up
    pace: float  # events of one active user on a working day


FEATURES = (
    Feature("schedule_board", "Schedule board", "core", 1.0, 6.0),
    Feature("job_cards", "Job cards", "core", 0.97, 4.0),
    Feature("dispatch", "Dispatch", "core", 0.85, 2.5),
    Feature("calendar_sync", "Calendar sync", "sticky", 0.55, 1.2),
    Feature("integrations", "Integrations", "sticky", 0.35, 2.0),
    Feature("saved_reports", "Saved reports", "sticky", 0.5, 0.5),
    Feature("mobile_forms", "Mobile forms", "other", 0.6, 1.5),
    Feature("comments", "Comments", "other", 0.7, 0.8),
    Feature("search", "Search", "other", 0.9, 0.6),
    Feature("exports", "Exports", "other", 0.45, 0.2),
    Feature("templates", "Templates", "other", 0.4, 0.15),
    Feature("route_planning", "Route planning", "other", 0.2, 0.8),
)
