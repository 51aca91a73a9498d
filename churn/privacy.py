from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "ChurnEvent.churn_kind": PLAIN,
    "ChurnEvent.competitor": PLAIN,
    "ChurnReason.key": PLAIN,
    "ChurnReason.label": PLAIN,
}
