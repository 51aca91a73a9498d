from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.facts import append_only

BLANKED_ONLY = """
IF NEW.before IS NOT NULL OR NEW.after IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.erased_by IS NULL
   OR ROW(NEW.id, NEW.tx, NEW.at, NEW.actor, NEW.request, NEW.noun, NEW.object, NEW.action)
      IS DISTINCT FROM ROW(OLD.id, OLD.tx, OLD.at, OLD.actor, OLD.request, OLD.noun, OLD.object, OLD.action) THEN
    RAISE EXCEPTION 'accounts_auditentry is append-only: values are blanked by an erasure, and nothing else';
END IF;
RETURN NEW;
"""


def kept() -> list[pgtrigger.Trigger]:
    """Refuses DELETE and TRUNCATE, and any UPDATE but the one that an erasure makes."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete | pgtrigger.Truncate,
            func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
        ),
        pgtrigger.Trigger(name="blanked_only", when=pgtrigger.Before, operation=pgtrigger.Update, func=BLANKED_ONLY),
    ]


class AuditEntry(models.Model):
    """One change of one row: who, when, in which request, what it was and what it is. Written by the database.

    An erasure blanks the values and names itself in ``erased_by``; all else stays.
    """

    class Action(models.TextChoices):
        INSERT = "insert", _("added")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")
        EVENT = "event", _("did")
        ERASURE = "erasure", _("erased")

    tx = models.BigIntegerField(editable=False)
    at = models.DateTimeField(_("when"), db_default=Now(), db_index=True)
    actor = models.CharField(_("who"), max_length=80, blank=True)
    request = models.CharField(_("request"), max_length=80, blank=True)
    noun = models.CharField(_("what"), max_length=120)
    object = models.CharField(max_length=80)
    action = models.CharField(_("did"), max_length=8, choices=Action)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    salt = models.UUIDField(null=True)
    erased_by = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["noun", "object"], name="accounts_audit_object"),
            models.Index(fields=["actor", "-id"], name="accounts_audit_actor"),
        ]
        triggers: ClassVar = kept()

    def __str__(self) -> str:
        return f"{self.action} {self.noun} {self.object}"


class AuditLink(models.Model):
    """The place of an entry in the chain. ``link`` follows from the one before, the entry's data and its digest."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)

    class Meta:
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.number}: {self.link[:8]}"


class AuditHead(models.Model):
    """The end of the chain: one row, which only grows. So a tail that was cut is missed."""

    number = models.BigIntegerField(default=0)
    link = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="accounts_audithead_is_one")]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="only_grows",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'DELETE' OR NEW.number <= OLD.number THEN
                    RAISE EXCEPTION 'accounts_audithead only grows';
                END IF;
                RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.link[:8]}"


class AuditSeal(models.Model):
    """That the chain came to ``link`` at ``number``, signed with a key that the database does not have."""

    number = models.BigIntegerField(primary_key=True)
    link = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.CharField(max_length=64)

    class Meta:
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.number} on {self.at:%Y-%m-%d %H:%M}"
