from core.privacy import OURS, PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Ask.reason": PLAIN,  # codes
    "Ask.returned": PLAIN,
    "Edition.content": PLAIN,  # what everybody is shown
    "OpenLink.digest": PLAIN,
    "LinkUse.who": PLAIN,  # a digest
    "Look.who": PLAIN,  # a digest
    "Survey.languages": PLAIN,
    "Campaign.rule": PLAIN,  # over companies
    "Survey.name": PLAIN,
    "Survey.reply_to": OURS,
    "Survey.sender_name": OURS,
    "Survey.texts": PLAIN,  # what everybody is shown
    "Theme.name": PLAIN,
    "Token.digest": PLAIN,
    "Token.purpose": PLAIN,
}
