from subscriptions.models.cost import Cost
from subscriptions.models.fx_rate import FxRate
from subscriptions.models.invoice import Invoice, InvoiceState
from subscriptions.models.movement import MrrMovement
from subscriptions.models.plan_limit import PlanLimit
from subscriptions.models.ruleset import Ruleset
from subscriptions.models.save import Card, ChurnCorrection, Save
from subscriptions.models.stripe import StripeAccount, StripeEvent
from subscriptions.models.subscription import Cause, ChurnKind, Interval, Plan, Subscription, SubscriptionVersion

__all__ = [
    "Card",
    "Cause",
    "ChurnCorrection",
    "ChurnKind",
    "Cost",
    "FxRate",
    "Interval",
    "Invoice",
    "InvoiceState",
    "MrrMovement",
    "Plan",
    "PlanLimit",
    "Ruleset",
    "Save",
    "StripeAccount",
    "StripeEvent",
    "Subscription",
    "SubscriptionVersion",
]
