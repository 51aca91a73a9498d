"""The rows of the survey."""

import numpy as np

from data.demo.answers import SURVEY, Asked, survey
from data.demo.rows import filled, instants
from data.demo.spec import dates
from data.demo.tables.book import Book
from data.demo.tables.copying import copy, reserve
from data.demo.tables.talk import write_texts
from surveys.models import Invitation, Response, Survey


def write(book: Book) -> None:
    """Invitations, and the answers with their comments; each known on its own day."""
    asked = survey(book.world)
    the_survey, _made = Survey.objects.get_or_create(name=SURVEY)
    customer = book.world.people.customer[asked.contact]
    ids = reserve(Invitation, len(customer))
    shared = {
        "survey_id": the_survey.pk,
        "customer_id": book.customers[customer],
        "contact_id": book.contacts[asked.contact],
    }
    columns = {
        **shared,
        "id": ids,
        "uid": book.uids("invitations", len(ids)),
        "sent_at": instants(book.rng("invitations"), asked.sent, first=6, last=7),
        "day": dates(asked.sent),
        "known_on": dates(asked.sent),
    }
    copy(Invitation, columns)
    _responses(book, asked, {**shared, "invitation_id": ids}, customer)


def _responses(book: Book, asked: Asked, shared: dict[str, object], customer: np.ndarray) -> None:
    answered = asked.answered >= 0
    said = answered & (asked.comment != b"")
    texts = np.zeros(len(answered), dtype=np.int64)
    texts[said] = write_texts(book, customer[said], asked.contact[said], asked.comment[said])
    columns = {
        **{name: one[answered] if isinstance(one, np.ndarray) else one for name, one in shared.items()},
        "uid": book.uids("responses", int(answered.sum())),
        "answered_at": instants(book.rng("responses"), asked.answered[answered]),
        "score": asked.score[answered],
        "text_id": np.ma.masked_array(texts[answered], ~said[answered]),
        "day": dates(asked.answered[answered]),
        "known_on": dates(asked.answered[answered]),
    }
    copy(Response, columns)
    values = filled(
        f'{{"survey": "{SURVEY}", "score": {{score}}, "contact": {{contact}}}}',
        score=asked.score[answered],
        contact=book.contacts[asked.contact[answered]],
    )
    day = asked.answered[answered]
    book.tell("survey_answered", customer[answered], day, values, text_id=columns["text_id"], at=columns["answered_at"])
