"""Takes a person out of usage: what they did stays counted, under a number that leads to nobody."""

from collections.abc import Mapping
from secrets import randbits
from typing import Any

from django.db import connection
from django.db.models import Q

from core.privacy import Subject
from usage.domain.persons import hashed
from usage.models import ContactPerson, Person, RawEvent, Rejected

MOVED = ("usage_usageperson", "usage_usagefeatureperson", "usage_person")
SHORTEST = 4


def numbers(subject: Subject) -> list[int]:
    """The hashes under which they turn up: of their address, of ids that sources gave, of who they were before."""
    held = set(ContactPerson.objects.filter(contact=subject.pk).values_list("person", flat=True))
    held |= {hashed(word) for word in subject.words if "@" in word}
    same = Person.objects.filter(Q(person__in=held) | Q(is_person__in=held) | Q(email__in=held))
    return sorted(held | set(same.values_list("person", flat=True)))


def held(subject: Subject) -> dict[str, list[Mapping[str, Any]]]:
    columns = ("received_at", "at", "kind", "name", "payload")
    events = RawEvent.objects.filter(person__in=numbers(subject)).order_by("received_at").values(*columns)
    return {
        "events": list(events),
        "events that were refused": list(_rejected(subject).values("received_at", "payload")),
    }


def erase(subject: Subject) -> dict[str, int]:
    """Give them a number that nothing leads to, and let go of their events' words. Counts by table."""
    found = numbers(subject)
    _run("SELECT set_config('holdfast.erasing', 'yes', true)", [])  # rows of usage may change their person, only so
    counts = {"refused events": _rejected(subject).delete()[0], "events": 0, "days of usage": 0}
    for old in found:
        new = randbits(63)
        counts["events"] += _run(
            "UPDATE usage_rawevent SET payload = '{}', person = %s, email = NULL WHERE person = %s", [new, old]
        )
        counts["days of usage"] += sum(
            _run(f"UPDATE {table} SET person = %s WHERE person = %s", [new, old]) for table in MOVED
        )
    _run("SELECT set_config('holdfast.erasing', '', true)", [])
    Person.objects.filter(email__in=found).update(email=None)
    counts["known persons"] = ContactPerson.objects.filter(contact=subject.pk).delete()[0]
    return counts


def _rejected(subject: Subject) -> Any:
    named = Q(pk=None)
    for word in subject.words:
        if len(word) >= SHORTEST:
            named |= Q(payload__icontains=word)
    return Rejected.objects.filter(named)


def _run(sql: str, values: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
