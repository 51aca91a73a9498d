from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Feature.key": PLAIN,
    "Feature.label": PLAIN,
}
