from core.auditing import by_people, whole

AUDITED = {
    "Attribute": whole(),
    "Contact": by_people(),
    "ContactPolicy": whole(),
    "Customer": by_people(without=("version",)),
    "Document": by_people(secret=("content",)),
    "MeasurePlace": by_people(),
    "Merge": whole(),
    "SavedFilter": whole(without=("version",)),
    "Suppression": by_people(),
}
OWN_RECORD = {
    "MailReceived": "a record of what came in",
    "StageRecord_trained": "written with the record of a stage, and never changed",
    "Standing": "computed",
    "Text": "words of people, which stand here once and nowhere else; the event beside them says who wrote them",
    "TimelineEntry": "append-only, with its author",
}
