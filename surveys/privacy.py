from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Survey.name": PLAIN,
}
