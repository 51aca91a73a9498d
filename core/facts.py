from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


def append_only() -> list[pgtrigger.Trigger]:
    """A trigger that refuses UPDATE, DELETE and TRUNCATE, where one database role owns and uses the table."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
        )
    ]


class Fact(models.Model):
    """Something that happened on a day and was recorded on another. Never changed: a correction is a new row."""

    day = models.DateField(_("day"))
    known_on = models.DateField(_("known on"))

    class Meta:
        abstract = True
        triggers: ClassVar = append_only()
