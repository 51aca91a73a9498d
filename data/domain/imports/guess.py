"""Which of our files a table is, and which of its columns mean what: by names, and by what stands in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.loading import DATE, EMAIL, INSTANT, INTEGER, MONTH, NUMBER, YES_NO, Column, Noun, Type
from data.domain.imports.words import COLUMNS, COMMON, FILES
from data.nouns import NOUNS

FITS: Final[dict[str, frozenset[str]]] = {
    DATE.rule: frozenset({"date", "instant"}),
    INSTANT.rule: frozenset({"date", "instant"}),
    MONTH.rule: frozenset({"date", "text", "instant"}),
    NUMBER.rule: frozenset({"number", "integer", "yes_no"}),
    INTEGER.rule: frozenset({"integer", "yes_no"}),
    YES_NO.rule: frozenset({"yes_no"}),
    EMAIL.rule: frozenset({"email"}),
}
LEAST: Final = 0.45
CERTAIN: Final = 0.88
FILE_WORDS: Final = 2.5
BY_NOUN: Final = {noun.name: noun for noun in NOUNS}
# These files can be anything: they have few columns, and each has a name that others use, too.
SPARSE: Final = {"features": 1.0, "scores": 1.0, "costs": 1.0, "fx_rates": 0.5}


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table may be: its noun, our column → the place of theirs, and how well it fits."""

    noun: str
    columns: Mapping[str, int]
    score: float


def plain(text: str) -> str:
    """A name in small letters with underscores, whatever it was written like."""
    text = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", text.strip())
    return re.sub(r"[^\w]+|_+", "_", text.lower()).strip("_")


def best(name: str, profile: Mapping[str, Any]) -> list[Guess]:
    """All that a table may be, the likeliest first."""
    guesses = [one for noun in NOUNS if (one := of_noun(noun, name, profile)).score > 0]
    return sorted(guesses, key=lambda one: -one.score)


def of_noun(noun: Noun, name: str, profile: Mapping[str, Any]) -> Guess:
    """The columns of a table, if it is of this noun."""
    headers = [plain(one) for one in profile["headers"]]
    fits = sorted(
        (
            (_likeness(noun, column, header, described), -place, column.name, place)
            for place, (header, described) in enumerate(zip(headers, profile["columns"], strict=True))
            for column in noun.columns
        ),
        reverse=True,
    )
    columns: dict[str, int] = {}
    total = 0.0
    for likeness, _place, column, place in fits:
        if likeness >= LEAST and column not in columns and place not in columns.values():
            columns[column] = place
            total += likeness * (0.4 if column in {"customer_id", "name", "currency"} else 1)
    missing = [one for one in noun.columns if one.required and one.name not in columns and one.name not in GIVEN]
    named = _named(noun.name, name)
    score = total * SPARSE.get(noun.name, 1.0) - 0.9 * len(missing) + FILE_WORDS * named
    return Guess(noun.name, columns, score if columns else 0.0)


# Required columns that one value for all rows can stand for, or another file.
GIVEN: Final = frozenset({"customer_id", "currency", "interval", "survey"})


def _named(noun: str, name: str) -> float:
    words = plain(name.rsplit(".", 1)[0]).split("_")
    if noun in words or plain(name.rsplit(".", 1)[0]).endswith(noun):
        return 1.0
    known = FILES[noun].split()
    return 0.9 if any(word in known or word.removesuffix("s") in known for word in words) else 0.0


def _likeness(noun: Noun, column: Column, header: str, described: Mapping[str, Any]) -> float:
    """From 0 (no) to 1 (yes): that the column with this header is ours."""
    named = _likeness_of_names(noun, column, header)
    if not named:
        return 0.0
    fit = _fit(column.type, described)
    # What is called exactly so is meant, whatever stands in it: the check will say.
    fit = max(fit, 0.6) if named >= CERTAIN else fit
    return named * fit * (1.0 if described["filled"] else 0.9)


def _likeness_of_names(noun: Noun, column: Column, header: str) -> float:
    if header == column.name:
        return 1.0
    others = f"{COLUMNS.get(noun.name, {}).get(column.name, '')} {COMMON.get(column.name, '')}".split()
    if header in others:
        # Those that stand first are meant most often.
        return 0.9 - 0.01 * others.index(header)
    singular = noun.name.removesuffix("s")
    if header in {f"{singular}_{column.name}", f"{singular}_{column.name.removesuffix('_id')}"}:
        return 0.85
    tails = [
        one
        for one in (column.name, *others)
        if len(one) > 3 and (header.endswith(f"_{one}") or header.startswith(f"{one}_"))
    ]
    return 0.55 if tails else 0.0


def _fit(kind: Type, described: Mapping[str, Any]) -> float:
    if not described["filled"] or kind.rule not in FITS:
        return 1.0
    if described["kind"] in FITS[kind.rule]:
        return 1.0
    if kind is INTEGER and described["kind"] == "number":
        return 0.7
    return 0.0 if kind in {DATE, INSTANT, MONTH, YES_NO, EMAIL, NUMBER, INTEGER} else 0.8


def share_out(tables: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Guess | None]:
    """One noun for each table, no noun twice: who fits best takes it."""
    found: list[Guess | None] = [None] * len(tables)
    options = sorted(
        ((guess.score, -place, guess) for place, (name, profile) in enumerate(tables) for guess in best(name, profile)),
        key=lambda one: (-one[0], -one[1]),
    )
    taken: set[str] = set()
    for score, place, guess in options:
        if found[-place] is None and guess.noun not in taken and score > LEAST:
            found[-place] = guess
            taken.add(guess.noun)
    return found


def through(headers: Iterable[str], others: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, str] | None:
    """Where a file names no customer but something that another file of the import gives one: (our header, the other
    file, its header of the same)."""
    mine = {plain(one): one for one in headers}
    for file, other in others.items():
        noun = BY_NOUN.get(other["noun"])
        identity = other["columns"].get(noun.identity) if noun and noun.identity else None
        if identity and "customer_id" in other["columns"] and plain(identity) in mine:
            return mine[plain(identity)], file, identity
    return None
