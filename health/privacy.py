from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "ForeignScore.name": PLAIN,
    "Score.values": PLAIN,
    "Scorecard.key": PLAIN,
    "Scorecard.name": PLAIN,
    "ScorecardVersion.definition": PLAIN,
}
