from core.auditing import by_people, whole

AUDITED = {
    "Company": whole(),
    "Source": whole(),
    "ExternalId": by_people(),
}
OWN_RECORD = {
    "Event": "each one that a person, key or playbook makes is an entry by itself",
    "EventCursor": "a position",
    "Job": "work, settled by workers",
    "Mail": "work, settled by workers",
    "SentForm": "kept for a day",
    "Slot": "a night",
}
