from core.auditing import by_people, whole

AUDITED = {
    "Override": by_people(without=("end_told",)),
    "Risk": by_people(),
    "Scorecard": whole(),
    "ScorecardDraft": by_people(without=("changed_at",)),
    "ScorecardVersion": whole(),
    "Signal": by_people(),
    "SignalDay": by_people(),
    "SignalRule": whole(),
}
OWN_RECORD = {
    "BacktestDay": "computed",
    "BacktestRun": "computed, with who asked for it",
    "BandRecord": "computed",
    "Night": "computed",
    "Score": "computed, with its history",
    "SignalHold": "computed",
}
