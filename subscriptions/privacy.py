from core.privacy import PERSONAL, PLAIN, Privacy

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
    "StripeAccount.api_key": PLAIN,
    "StripeAccount.endpoint_secret": PLAIN,
    "StripeAccount.imported": PLAIN,  # numbers
    "StripeAccount.reconciled": PLAIN,  # numbers and Stripe's ids
    "StripeEvent.became": PLAIN,
    "StripeEvent.customer": PLAIN,  # ids
    "StripeEvent.event_id": PLAIN,
    "StripeEvent.kind": PLAIN,
    "StripeEvent.object_id": PLAIN,
    "StripeEvent.payload": PERSONAL,  # names and addresses as Stripe has them, for 90 days
    "StripeEvent.problem": PLAIN,
    "StripeEvent.type": PLAIN,
    "StripeEvent.waits_for": PLAIN,
    "SubscriptionVersion.currency": PLAIN,
    "SubscriptionVersion.reason": PLAIN,
}
