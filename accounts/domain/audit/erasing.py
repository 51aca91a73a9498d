"""Takes a person out of the log: values are blanked, digests stay, and an entry says which ones it was."""

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import AuditEntry, KeptAnswer
from core.privacy import Subject

SHORTEST = 4
COLUMNS = ("at", "actor", "noun", "object", "action", "before", "after")
ERASURE = """
SELECT accounts_audit_write('accounts.AuditEntry', '', 'erasure', NULL,
                            jsonb_build_object('entries', %s::bigint[], 'noun', %s::text, 'object', %s::text))
"""


def about(subject: Subject) -> QuerySet[AuditEntry]:
    """The entries of the row itself, and those whose values hold one of the words."""
    named = Q(noun=subject.noun, object=str(subject.pk))
    for word in subject.words:
        if len(word) >= SHORTEST:
            named |= Q(was__icontains=word) | Q(became__icontains=word)
    spelled = {"was": Cast("before", TextField()), "became": Cast("after", TextField())}
    return AuditEntry.objects.alias(**spelled).filter(named, erased_by=None).order_by("id")


def held(subject: Subject) -> list[Mapping[str, Any]]:
    return list(about(subject).values(*COLUMNS))


def erase(subject: Subject) -> dict[str, int]:
    """Blank them. Returns how many rows were touched, by table."""
    found = about(subject).exclude(before=None, after=None)
    ids = list(found.values_list("id", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(ERASURE, [ids, subject.noun, str(subject.pk)])
            (entry,) = cursor.fetchone()
        AuditEntry.objects.filter(pk__in=ids).update(before=None, after=None, salt=None, erased_by=entry)
    return {"audit entries": len(ids), "kept answers": _answers(subject), "admin log": _admin_log(subject)}


def _answers(subject: Subject) -> int:
    named = Q(pk=None)
    for word in subject.words:
        named |= Q(body__icontains=word)
    return KeptAnswer.objects.filter(named).delete()[0]


def _admin_log(subject: Subject) -> int:
    label, model = subject.noun.lower().split(".")
    rows = LogEntry.objects.filter(content_type__app_label=label, content_type__model=model, object_id=str(subject.pk))
    return rows.update(object_repr="", change_message="")
