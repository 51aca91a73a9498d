from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "BacktestDay.packed": PLAIN,  # numbers and ids of companies
    "BacktestRun.asked": PLAIN,
    "BacktestRun.problem": PLAIN,
    "BacktestRun.result": PLAIN,  # numbers, days, ids of companies
    "BacktestRun.shared": PLAIN,
    "ForeignScore.name": PLAIN,
    "Night.data": PLAIN,  # numbers and ids of companies
    "Night.given": PLAIN,
    "Night.keys": PLAIN,
    "Night.seen": PLAIN,
    "SignalRule.key": PLAIN,
    "SignalRule.name": PLAIN,
    "SignalRule.rule": PLAIN,  # over companies
    "Signal.cause": PLAIN,  # measures and their values
    "Scorecard.key": PLAIN,
    "Scorecard.name": PLAIN,
    "Risk.reason": PLAIN,  # a key
    "ScorecardDraft.definition": PLAIN,
    "ScorecardDraft.note": PLAIN,  # on a scorecard
    "ScorecardVersion.definition": PLAIN,
}
