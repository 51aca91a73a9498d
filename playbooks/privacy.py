from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "AnswerRule.title": PLAIN,
    "DryRun.found": PLAIN,  # ids and counts
    "Letter.nature": PLAIN,
    "Letter.reason": PLAIN,  # codes only
    "Playbook.draft": PLAIN,  # texts with placeholders: whom they name is put in when a letter is made
    "Playbook.key": PLAIN,
    "Playbook.name": PLAIN,
    "Playbook.purpose": PLAIN,
    "PlaybookVersion.content": PLAIN,
    "QueueRule.key": PLAIN,
    "QueueRule.reasons": PLAIN,
    "QueueRule.rule": PLAIN,
    "QueueRule.title": PLAIN,
    "Run.arm": PLAIN,
    "Run.error": PLAIN,
    "Run.experiment": PLAIN,
    "Run.occasion": PLAIN,
    "Run.variant": PLAIN,
    "RunStep.kind": PLAIN,
    "RunStep.result": PLAIN,  # codes and ids
    "Undo.done": PLAIN,  # ids and versions
    "WorkItem.cause": PLAIN,
    "WorkItem.reasons": PLAIN,
    "WorkItem.title": PLAIN,
}
