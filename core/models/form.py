from django.db import models
from django.db.models.functions import Now


class SentForm(models.Model):
    """A form that was acted on. Sent again, by a double click or an impatient finger, it does nothing more."""

    token = models.UUIDField(unique=True, editable=False)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.token}"
