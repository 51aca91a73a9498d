"""The rows of what was recorded about losses: reasons, competitors, words."""

import numpy as np

from churn.domain import reasons
from churn.models import ChurnEvent
from data.demo.fates import KEYS
from data.demo.rows import filled, packed, picked
from data.demo.spec import dates, words
from data.demo.tables.book import Book
from data.demo.tables.copying import copy
from data.demo.tables.talk import write_texts

COMPETITORS = ("Crewboard", "PlanPilot", "Fieldly", "Rota One", "JobStack")


def write(book: Book) -> None:
    """For nine losses of ten what the CSM recorded, some days later; one reason in ten is not the true one."""
    world, rng = book.world, book.world.spec.rng("losses")
    fates, end = world.fates, world.spec.end
    recorded = fates.told_on + rng.integers(0, 6, len(world.pop))
    who = np.flatnonzero(
        (fates.told_on >= 0) & ((rng.random(len(world.pop)) < 0.92) | world.pop.told) & (recorded < end)
    )
    size, day = len(who), fates.told_on[who]
    mistaken = (rng.random(size) < 0.1) & ~world.pop.told[who]
    reason = np.where(mistaken, rng.integers(0, len(KEYS), size), fates.reason[who])
    competitor = np.where(reason == KEYS.index("competitor"), rng.integers(0, len(COMPETITORS), size), len(COMPETITORS))
    says = np.flatnonzero(rng.random(size) < 0.4)
    lines = packed(words("answers")["leaving"]["en"])
    texts = np.zeros(size, dtype=np.int64)
    nobody = np.full(len(says), -1)
    texts[says] = write_texts(book, who[says], nobody, lines[rng.integers(0, len(lines), len(says))])
    made = reasons.ensure(names=KEYS)
    ids = np.array([made[key] for key in KEYS])
    columns = {
        "uid": book.uids("losses", size),
        "customer_id": book.customers[who],
        "reason_id": ids[reason],
        "competitor": picked((*COMPETITORS, ""), competitor),
        "churn_kind": picked(("voluntary", "involuntary"), fates.involuntary[who].astype(np.int64)),
        "text_id": np.ma.masked_array(texts, texts == 0),
        "day": dates(day),
        "known_on": dates(recorded[who]),
    }
    copy(ChurnEvent, columns)
    _tell(book, who, columns)


def _tell(book: Book, who: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    values = filled(
        '{"reason": {reason}, "competitor": "{competitor}", "churn_kind": "{kind}"}',
        reason=columns["reason_id"],
        competitor=columns["competitor"],
        kind=columns["churn_kind"],
    )
    day, known = columns["day"].astype(np.int64), columns["known_on"]
    book.tell("churn_recorded", who, day, values, known_on=known, text_id=columns["text_id"])
