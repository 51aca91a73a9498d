from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.remembering import remembered
from customers.models import Contact, Customer, TimelineEntry
from customers.queries.canonical import members
from customers.registry import SENTENCES, STORIES, Sentence, Told

Position = tuple[datetime, int]
BELOW: Final = 10**12
WORDS: Final = 8  # of a search


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a customer's story, in the reader's language. ``by`` is empty where nobody of ours did it."""

    uid: UUID
    at: datetime
    kind: str
    label: str
    icon: str
    said: str
    text: str
    by: str
    position: Position


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, the latest first. ``older`` is where the next page begins; None on the last one."""

    lines: list[Line]
    older: Position | None


def timeline(
    customer: Customer,
    *,
    kinds: Collection[str] = (),
    search: str = "",
    before: Position | None = None,
    size: int = 30,
) -> Page:
    """A page of a customer's story (and of those merged into them), of ``kinds`` only, where given.

    ``search`` looks into the words that people wrote, for all of its own, in any order. Four statements and one for
    each story, whatever the size.
    """
    customers = members(customer.pk)
    entries = TimelineEntry.objects.filter(customer__in=customers)
    if kinds:
        entries = entries.filter(kind__in=kinds)
    for word in search.split()[:WORDS]:
        entries = entries.filter(text__body__icontains=word)
    if before:
        at, pk = before
        entries = entries.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(entries.select_related("text", "by").order_by("-at", "-id")[: size + 1])
    if not search:
        found += [line for line in _stories(customers, kinds) if not before or (line.at, line.pk) < before]
        found.sort(key=lambda line: (line.at, line.pk), reverse=True)
    shown = found[:size]
    return Page(_lines(shown), (shown[-1].at, shown[-1].pk) if len(found) > size else None)


def kinds_of(customer: Customer) -> list[tuple[str, str]]:
    """The kinds that a customer's story holds, with their labels, by label: the choices of its filter."""
    customers = members(customer.pk)
    found = TimelineEntry.objects.filter(customer__in=customers).order_by().values_list("kind", flat=True).distinct()
    kinds = {*found, *(line.kind for line in _stories(customers, ()))}
    return sorted(((kind, _label(kind)) for kind in kinds), key=lambda choice: choice[1])


def _stories(customers: Sequence[int], kinds: Collection[str]) -> list[TimelineEntry]:
    """The lines that are read from facts, as entries that are not stored: below all stored ones of their moment."""
    wanted = [own for own in STORIES if not kinds or set(kinds) & set(own)]
    return [
        TimelineEntry(pk=line.place - BELOW, uid=line.uid, at=line.at, kind=line.kind, values=line.values)
        for own in wanted
        for line in _told(own, tuple(customers))
        if not kinds or line.kind in kinds
    ]


@remembered
def _told(story: tuple[str, ...], customers: tuple[int, ...]) -> Sequence[Told]:
    return STORIES[story](customers)


def _lines(entries: Sequence[TimelineEntry]) -> list[Line]:
    users = _names(User, _ids(entries, "people"))
    contacts = _names(Contact, _ids(entries, "contacts"))
    return [_line(entry, _spoken(entry, users, contacts)) for entry in entries]


def _line(entry: TimelineEntry, values: Mapping[str, Any]) -> Line:
    known = SENTENCES.get(entry.kind)
    return Line(
        uid=entry.uid,
        at=entry.at,
        kind=entry.kind,
        label=_label(entry.kind),
        icon=known.icon if known else "information-circle",
        said=_said(known, values) or _label(entry.kind),
        text=entry.text.body if entry.text else "",
        by=str(entry.by) if entry.by else "",
        position=(entry.at, entry.pk),
    )


def _said(known: Sentence | None, values: Mapping[str, Any]) -> str:
    try:
        return known.say(values) if known else ""
    except (KeyError, ValueError):
        return ""  # entries stay for ever: one that lacks what its sentence says is still shown, by its kind


def _label(kind: str) -> str:
    known = SENTENCES.get(kind)
    return str(known.label) if known else kind.replace("_", " ").capitalize()


def _spoken(entry: TimelineEntry, users: Mapping[int, str], contacts: Mapping[int, str]) -> dict[str, Any]:
    known = SENTENCES.get(entry.kind)
    values = dict(entry.values)
    for key in known.people if known else ():
        values[key] = users.get(values.get(key, 0), "")
    for key in known.contacts if known else ():
        values[key] = contacts.get(values.get(key, 0), _("a former contact") if values.get(key) else "")
    return values


def _ids(entries: Iterable[TimelineEntry], which: str) -> set[int]:
    named = ((entry, getattr(SENTENCES[entry.kind], which)) for entry in entries if entry.kind in SENTENCES)
    return {entry.values[key] for entry, keys in named for key in keys if isinstance(entry.values.get(key), int)}


def _names(model: type[User] | type[Contact], ids: Collection[int]) -> dict[int, str]:
    return {one.pk: str(one) for one in model._default_manager.filter(pk__in=ids)} if ids else {}
