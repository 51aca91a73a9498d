from core.auditing import by_people, whole

AUDITED = {
    "AnswerRule": whole(),
    "Letter": by_people(),
    "Playbook": whole(without=("looked_on", "quiet", "version")),
    "PlaybookVersion": whole(),
    "QueueRule": whole(),
    "Run": by_people(without=("claim", "leased_until", "attempts", "visit", "index", "due_at")),
    "WorkItem": by_people(without=("version",)),
}
OWN_RECORD = {
    "DryRun": "computed, with who asked for it",
    "Membership": "computed",
    "RunStep": "the record of a run",
    "Undo": "a record of what was done",
}
