"""Money at the doors of the REST API."""

from subscriptions.api.agreed import InvoiceRows, MovementRows, SubscriptionRows
from subscriptions.api.catalogue import CostRows, FxRateRows, PlanRows

__all__ = ["CostRows", "FxRateRows", "InvoiceRows", "MovementRows", "PlanRows", "SubscriptionRows"]
