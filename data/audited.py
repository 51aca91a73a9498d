OWN_RECORD = {
    "LoadRun": "a record of what was loaded",
}
AUDITED: dict[str, object] = {}
