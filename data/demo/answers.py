"""The relationship survey: who was asked how likely they are to recommend us, who answered, and what."""

from dataclasses import dataclass

import numpy as np

from data.demo import contacts, stories
from data.demo.rows import packed
from data.demo.spec import words
from data.demo.talk import by_customer, contact_of
from data.demo.world import World

SURVEY = "Relationship NPS"
EVERY_DAYS = 182
ANSWER_SHARE = 0.25


@dataclass(slots=True)
class Asked:
    """One entry an invitation. ``answered`` −1: no answer; ``comment`` empty: none."""

    contact: np.ndarray
    sent: np.ndarray
    answered: np.ndarray
    score: np.ndarray
    comment: np.ndarray


def survey(world: World) -> Asked:
    """Twice a year every champion, who decides, and some users; a quarter of them answers."""
    contact, sent = _invited(world)
    rng, size = world.spec.rng("answers"), len(sent)
    customer = world.people.customer[contact]
    condition = world.hidden.condition[world.spec.week_of(sent), customer]
    mood = world.spec.rng("moods").normal(0, 0.9, len(world.people))[contact]
    score = np.clip(np.rint(8.0 + 1.05 * condition + mood + rng.normal(0, 1.3, size)), 0, 10).astype(np.int64)
    # Who has something to praise or to blame answers more often; who has turned away, less.
    eager = np.select([score >= 9, score <= 5, score <= 3], [1.15, 1.05, 0.9], 0.88)
    answers = rng.random(size) < ANSWER_SHARE * eager
    answered = sent + np.floor(rng.exponential(3.0, size)).astype(np.int64)
    answered = np.where(answers & (answered < world.spec.end), answered, -1)
    asked = Asked(contact, sent, answered, score, _comments(world, rng, contact, score))
    return _joined(asked, _told(world))


def _invited(world: World) -> tuple[np.ndarray, np.ndarray]:
    spec, people, rng = world.spec, world.people, world.spec.rng("invitations")
    customer, size = people.customer, len(people)
    first = spec.start + rng.integers(0, EVERY_DAYS, len(world.pop))[customer]
    wanted = np.isin(people.role, [contacts.CHAMPION, contacts.DECIDES]) | (rng.random(size) < 0.35)
    wanted &= (people.role != contacts.BILLING) & ~world.pop.told[customer] & (world.pop.double_of[customer] < 0)
    contact, sent = [], []
    for wave in range(1 + (spec.end - spec.start) // EVERY_DAYS):
        day = first + EVERY_DAYS * wave
        day -= np.maximum((day + 3) % 7 - 4, 0)
        there = (people.since + 45 <= day) & (world.fates.leaving()[customer] > day)
        there &= ((people.left < 0) | (people.left > day)) & (day < spec.end) & (day >= spec.start)
        found = np.flatnonzero(wanted & there)
        contact.append(found)
        sent.append(day[found])
    return by_customer(np.concatenate(contact), np.concatenate(sent))


def _comments(world: World, rng: np.random.Generator, contact: np.ndarray, score: np.ndarray) -> np.ndarray:
    """A line for rather more than half of the answers, in the language of the contact."""
    places = list(words("places").values())
    spoken = np.array([place["language"] for place in places])[world.pop.country[world.people.customer[contact]]]
    says = rng.random(len(score)) < 0.56
    text = np.zeros(len(score), dtype="S120")
    for name, here in (
        ("promoter", score >= 9),
        ("passive", (score == 7) | (score == 8)),
        ("detractor", score <= 6),
    ):
        for language, lines in words("answers")[name].items():
            rows = np.flatnonzero(here & says & (spoken == language))
            text[rows] = packed(lines)[rng.integers(0, len(lines), len(rows))]
    return text


def _told(world: World) -> Asked:
    spec, rows = world.spec, []
    for at, story in enumerate(stories.told()):
        for answer in story.get("answer", []):
            day = spec.end - answer["ago"]
            who = contact_of(world, at, answer["role"])
            rows.append((who, day - 2, day, answer["score"], answer["comment"].encode()))
    return Asked(*(np.array(column) for column in zip(*rows, strict=True)))


def _joined(*parts: Asked) -> Asked:
    return Asked(*(np.concatenate([getattr(part, name) for part in parts]) for name in Asked.__slots__))
