"""Everything a folder may hold, in the order in which it is written: what others refer to comes first."""

from typing import Final

import churn.loads
import customers.loads
import health.loads
import subscriptions.loads
import surveys.loads
import usage.loads
from core.loading import Noun

NOUNS: Final[tuple[Noun, ...]] = (
    subscriptions.loads.FX_RATES,
    subscriptions.loads.COSTS,
    customers.loads.CUSTOMERS,
    customers.loads.CONTACTS,
    subscriptions.loads.SUBSCRIPTIONS,
    subscriptions.loads.INVOICES,
    customers.loads.TICKETS,
    customers.loads.TOUCHPOINTS,
    surveys.loads.RESPONSES,
    churn.loads.CHURN_EVENTS,
    health.loads.SCORES,
    usage.loads.FEATURES,
    usage.loads.USAGE,
)
