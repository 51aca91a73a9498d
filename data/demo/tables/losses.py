"""The rows of what was recorded about losses: reasons, competitors, words."""

import numpy as np

from churn.models import ChurnEvent, ChurnReason
from data.demo.fates import KEYS, REASONS
from data.demo.rows import packed, picked
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
    columns = {
        "uid": book.uids("losses", size),
        "customer_id": book.customers[who],
        "reason_id": _reasons()[reason],
        "competitor": picked((*COMPETITORS, ""), competitor),
        "churn_kind": picked(("voluntary", "involuntary"), fates.involuntary[who].astype(np.int64)),
        "text_id": np.ma.masked_array(texts, texts == 0),
        "day": dates(day),
        "known_on": dates(recorded[who]),
    }
    copy(ChurnEvent, columns)


def _reasons() -> np.ndarray:
    """The keys of the reasons, in their order; those that are missing are made."""
    for position, (key, label) in enumerate(REASONS):
        ChurnReason.objects.get_or_create(key=key, defaults={"label": label, "position": position})
    ids = dict(ChurnReason.objects.values_list("key", "id"))
    return np.array([ids[key] for key in KEYS])
