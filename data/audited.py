from core.auditing import by_people, whole

AUDITED = {
    "Erasure": whole(),
    "Import": by_people(without=("progress", "report")),
    "KeptMapping": whole(),
    "Retention": whole(),
    "WebHook": whole(),
}
OWN_RECORD = {
    "HookCall": "a record of what was told",
    "ImportFile": "kept until its import is over",
    "ImportPiece": "kept until its import is over",
    "ImportedChange": "a record of what was imported",
    "ImportedPerson": "a record of what was imported",
    "ImportedRow": "a record of what was imported",
    "ImportedUsage": "a record of what was imported",
    "LoadRun": "a record of what was loaded",
}
