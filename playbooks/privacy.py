from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "QueueRule.key": PLAIN,
    "QueueRule.reasons": PLAIN,
    "QueueRule.rule": PLAIN,
    "QueueRule.title": PLAIN,
    "WorkItem.cause": PLAIN,
    "WorkItem.reasons": PLAIN,
    "WorkItem.title": PLAIN,
}
