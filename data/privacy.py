from core.privacy import PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "LoadRun.noun": PLAIN,
}
