from core.auditing import by_people, whole

AUDITED = {
    "Plan": whole(),
    "Ruleset": whole(without=("progress", "seen")),
    "StripeAccount": by_people(),
    "Subscription": by_people(),
}
OWN_RECORD = {
    "MrrMovement": "computed, with its revisions",
    "StripeEvent": "a record of what Stripe said, kept for 90 days",
    "SubscriptionVersion": "append-only",
}
