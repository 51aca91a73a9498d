"""Takes a contact out: the row stays, as somebody, so that facts keep whom they were about; the words go."""

import re
from typing import Any

from django.db import models
from django.db.models import QuerySet, Value
from django.db.models.functions import Now

from core.models import ExternalId
from core.privacy import Subject
from customers.domain.contacting.suppressing import digest
from customers.models import Contact, Document, Suppression, Text

BLANK = "▮▮▮"
SHORTEST = 4  # a shorter word is found in too many others


def erase(subject: Subject) -> dict[str, int]:
    """Blank the contact and all words by or about them. Returns how many rows were touched, by table."""
    contact = Contact.objects.select_for_update().get(pk=subject.pk)
    counts = {
        "texts": texts_of(contact).exclude(body="").update(body=""),
        "texts that named them": _blank_names(contact, subject.words),
        "documents renamed": _rename_documents(contact, subject.words),
        "external ids": ExternalId.objects.filter(noun="contact", object_id=contact.pk).delete()[0],
    }
    if contact.email:  # nobody writes to the address again, should a file bring it back
        held = {"digest": digest(contact.email), "reason": Suppression.Reason.UNSUBSCRIBED, "at": Now()}
        Suppression.objects.bulk_create([Suppression(**held)], ignore_conflicts=True)
    erased = Contact.objects.filter(pk=contact.pk).update(
        name="", email="", language="", time_zone="", consent=Contact.Consent.WITHDRAWN
    )
    return {"contacts": erased, **counts}


def pointing(contact: Contact) -> list[tuple[type[models.Model], str]]:
    """Each table that points at contacts, with the column: those that are added later, too."""
    relations: Any = Contact._meta.get_fields(include_hidden=True)
    found = [one for one in relations if one.auto_created and (one.one_to_many or one.one_to_one) and not one.concrete]
    return [(one.related_model, one.field.name) for one in found]


def texts_of(contact: Contact) -> QuerySet[Text]:
    """Words by them or about them: those that say so, and those of any row that points at them."""
    ids = set(Text.objects.filter(contact=contact).values_list("pk", flat=True))
    for model, column in pointing(contact):
        for field in model._meta.local_fields:
            if field.related_model is Text:
                ids |= set(model._base_manager.filter(**{column: contact}).values_list(field.attname, flat=True))
    return Text.objects.filter(pk__in=ids - {None})


def _named(words: tuple[str, ...]) -> str:
    long = sorted({re.escape(word) for word in words if len(word) >= SHORTEST}, key=len, reverse=True)
    return "|".join(long)


def _blank_names(contact: Contact, words: tuple[str, ...]) -> int:
    """Put a mark in place of the name and the address in what is written about the customer, and anywhere else."""
    pattern = _named(words)
    if not pattern:
        return 0
    return Text.objects.filter(body__iregex=pattern).update(body=_replaced("body", pattern))


def _rename_documents(contact: Contact, words: tuple[str, ...]) -> int:
    pattern = _named(words)
    if not pattern:
        return 0
    return Document.objects.filter(name__iregex=pattern).update(name=_replaced("name", pattern))


def _replaced(column: str, pattern: str) -> models.Func:
    call = "regexp_replace"
    return models.Func(
        column, Value(pattern), Value(BLANK), Value("gi"), function=call, output_field=models.TextField()
    )
