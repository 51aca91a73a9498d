from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Card.label": PLAIN,  # the kind of card and its last digits
    "Cost.currency": PLAIN,
    "FxRate.currency": PLAIN,
    "Invoice.currency": PLAIN,
    "MrrMovement.churn_kind": PLAIN,
    "Plan.name": PLAIN,
    "Ruleset.key": PLAIN,
    "Ruleset.seen": PLAIN,  # numbers
    "Ruleset.settings": PLAIN,
    "Save.currency": PLAIN,
    "Save.our_reason": PLAIN,
    "Save.reason": PLAIN,  # keys; what was said is in Text
    "SubscriptionVersion.currency": PLAIN,
    "SubscriptionVersion.reason": PLAIN,
}
