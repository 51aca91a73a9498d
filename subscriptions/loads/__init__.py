from subscriptions.loads.invoices import INVOICES
from subscriptions.loads.subscriptions import SUBSCRIPTIONS
from subscriptions.loads.tables import COSTS, FX_RATES

__all__ = ["COSTS", "FX_RATES", "INVOICES", "SUBSCRIPTIONS"]
