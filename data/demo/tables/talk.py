"""The rows of what was said: texts, touchpoints, and their lines in the timeline."""

import numpy as np

from customers.models import Text, Touchpoint
from data.demo.rows import filled, instants, picked
from data.demo.spec import dates
from data.demo.tables.book import Book
from data.demo.tables.copying import copy, reserve
from data.demo.talk import NOTE, Talk, speak

_SHOWN = ("call", "meeting", "mail", "mail", "note")


def write(book: Book) -> None:
    """Touchpoints with their texts. A note is a text in the timeline only: nobody was touched by it."""
    talk = speak(book.world)
    texts = write_texts(book, talk.customer, talk.contact, talk.text)
    at = instants(book.rng("touchpoints"), talk.day)
    touched = talk.kind != NOTE
    shared = {
        "customer_id": book.customers[talk.customer],
        "by_id": _by(book, talk),
        "at": at,
        "known_on": dates(talk.known_on),
        "text_id": texts,
    }
    columns = {
        **shared,
        "uid": book.uids("touchpoints", len(texts)),
        "contact_id": contact_ids(book, talk.contact),
        "day": dates(talk.day),
        "kind": picked(_SHOWN, talk.kind),
        "two_way": talk.two_way,
    }
    copy(Touchpoint, {name: values[touched] for name, values in columns.items()})
    kind = picked(["touchpoint"] * NOTE + ["note"], talk.kind)
    book.tell(kind, talk.customer, talk.day, _values(book, talk), **{**shared, "known_on": dates(talk.known_on)})


def write_texts(book: Book, customer: np.ndarray, contact: np.ndarray, body: np.ndarray) -> np.ndarray:
    """Texts by or about people. Returns their keys."""
    ids = reserve(Text, len(body))
    people = contact_ids(book, contact)
    copy(Text, {"id": ids, "customer_id": book.customers[customer], "contact_id": people, "body": body})
    return ids


def contact_ids(book: Book, contact: np.ndarray) -> np.ma.MaskedArray:
    return np.ma.masked_array(book.contacts[contact], contact < 0)


def _by(book: Book, talk: Talk) -> np.ma.MaskedArray:
    """Mostly the owner; of customers that nobody owns, the lead."""
    owner = book.staff.owner[talk.customer]
    return np.ma.masked_array(np.where(owner < 0, book.staff.lead, book.staff.csms[owner]), False)


def _values(book: Book, talk: Talk) -> np.ndarray:
    contact = np.where(talk.contact >= 0, book.contacts[talk.contact].astype("S"), b"null")
    two_way = np.where(talk.two_way, b"true", b"false")
    values = filled(
        '{"kind": "{kind}", "two_way": {two_way}, "contact": {contact}}',
        kind=picked(_SHOWN, talk.kind),
        two_way=two_way,
        contact=contact,
    )
    return np.where(talk.kind == NOTE, b"{}", values)
