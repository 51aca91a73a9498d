from django.utils.translation import gettext as _


def stage_name(stage: str) -> str:
    """A stage as people say it: the ones we know by name are translated, a company's own stand as written."""
    return _(stage.replace("_", " ").capitalize()) if stage else ""
