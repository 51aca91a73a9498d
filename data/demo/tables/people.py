"""The rows of contacts."""

import numpy as np

from customers.models import Contact, ContactChange
from data.demo import contacts
from data.demo.rows import filled, picked
from data.demo.spec import dates, words
from data.demo.tables.book import Book
from data.demo.tables.copying import copy


def write(book: Book) -> None:
    """Contacts, their roles from their first day on, and who has left; heard of at once or weeks later."""
    people = book.world.people
    _contacts(book)
    everyone = np.arange(len(people))
    gone = everyone[people.left >= 0]
    _changes(book, everyone, people.since, people.since, left=False)
    _changes(book, gone, people.left, people.told_on, left=True)
    role = picked(contacts.ROLES, people.role)
    values = filled('{"contact": {contact}, "role": "{role}"}', contact=book.contacts[gone], role=role[gone])
    book.tell("contact_left", people.customer[gone], people.told_on[gone], values)
    book.external("contact", "con_", book.contacts, 5)


def _contacts(book: Book) -> None:
    world, people = book.world, book.world.people
    consent = world.spec.rng("consent").choice(3, len(people), p=[0.7, 0.26, 0.04])
    languages = [place["language"] for place in words("places").values()]
    columns = {
        "id": book.contacts,
        "uid": book.uids("contacts", len(people)),
        "customer_id": book.customers[people.customer],
        "name": people.name,
        "email": people.email,
        "role": picked(contacts.ROLES, people.role),
        "consent": picked(("given", "unknown", "withdrawn"), consent),
        "language": picked(languages, world.pop.country[people.customer]),
        "left_on": dates(people.left),
    }
    copy(Contact, columns)


def _changes(book: Book, who: np.ndarray, day: np.ndarray, known_on: np.ndarray, *, left: bool) -> None:
    people = book.world.people
    columns = {
        "contact_id": book.contacts[who],
        "customer_id": book.customers[people.customer[who]],
        "role": picked(contacts.ROLES, people.role[who]),
        "left": left,
        "day": dates(day[who]),
        "known_on": dates(known_on[who]),
    }
    copy(ContactChange, columns)
