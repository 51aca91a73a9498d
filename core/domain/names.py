from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import ExternalId, Source


def give(*, source: str, noun: str, value: str, object_id: int) -> None:
    """Let one of our rows be called ``value`` by a source. Raises ValidationError where another one is already."""
    known, _made = Source.objects.get_or_create(key=source, defaults={"label": source})
    named = ExternalId(source=known, noun=noun, value=value, object_id=object_id)
    ExternalId.objects.bulk_create([named], ignore_conflicts=True)
    found = ExternalId.objects.get(source=known, noun=noun, value=value)
    if found.object_id != object_id:
        taken = ValidationError(_("“%(value)s” is the name of another one already."), "taken", {"value": value})
        raise ValidationError({"external_id": taken})
