from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Cost.currency": PLAIN,
    "FxRate.currency": PLAIN,
    "Invoice.currency": PLAIN,
    "MrrMovement.churn_kind": PLAIN,
    "Plan.name": PLAIN,
    "Ruleset.key": PLAIN,
    "Ruleset.settings": PLAIN,
    "SubscriptionVersion.currency": PLAIN,
    "SubscriptionVersion.reason": PLAIN,
}
