from core.auditing import by_people, whole

AUDITED = {
    "Ask": by_people(without=("returned",)),
    "Campaign": by_people(),
    "Edition": whole(),
    "OpenLink": whole(secret=("digest",)),
    "Survey": whole(without=("version",)),
    "Suspect": by_people(),
    "Theme": by_people(),
}
OWN_RECORD = {
    "LinkUse": "a count",
    "Look": "a record of who opened a page",
    "Themed": "computed",
    "Token": "digests",
}
