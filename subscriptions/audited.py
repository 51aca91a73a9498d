from core.auditing import by_people, whole

AUDITED = {
    "Plan": whole(),
    "Ruleset": whole(without=("progress", "seen")),
    "Subscription": by_people(),
}
OWN_RECORD = {
    "MrrMovement": "computed, with its revisions",
    "SubscriptionVersion": "append-only",
}
