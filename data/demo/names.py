"""Names of companies and people, composed from the word lists; UTF-8 bytes, all at once."""

import unicodedata
from collections.abc import Callable

import numpy as np

from data.demo.rows import packed
from data.demo.spec import Spec, words

_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "å": "a", "æ": "ae", "ł": "l"})
_NOUN_FIRST = ("fr", "es")


def plain(text: str) -> str:
    """Lower case letters, digits and hyphens only: as it stands in an address."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_FOLD)).encode("ascii", "ignore").decode()
    return "-".join("".join(char if char.isalnum() else " " for char in folded).split())


def _roots(culture: str) -> list[str]:
    parts = words("names")["roots"][culture]
    pairs = [first + second for first in parts["first"] for second in parts["second"] if first.lower() != second]
    return [*parts["family"], *pairs]


def company_names(spec: Spec, country: np.ndarray, industry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A name and a domain for each customer, each pair of root and noun once."""
    rng, places = spec.rng("names"), list(words("places").values())
    cultures = [place["roots"] for place in places]
    top = packed([f".{place['top']}" for place in places])
    names = np.zeros(spec.customers, dtype="S80")
    domains = np.zeros(spec.customers, dtype="S80")
    for culture in dict.fromkeys(cultures):
        here = np.isin(country, [at for at, each in enumerate(cultures) if each == culture])
        names[here], domains[here] = _named(rng, culture, industry[here], top[country[here]])
    return names, domains


def _named(
    rng: np.random.Generator, culture: str, industry: np.ndarray, top: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    roots = _roots(culture)
    families = len(words("names")["roots"][culture]["family"])
    lists = [entry.get(culture, entry["en"]) for entry in words("names")["industries"].values()]
    counts = np.array([len(each) for each in lists])
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    nouns = [noun for each in lists for noun in each]

    def pick(which: np.ndarray) -> np.ndarray:
        family = rng.random(len(which)) < 0.2
        root = np.where(family, rng.integers(families, size=len(which)), rng.integers(len(roots), size=len(which)))
        noun = first[which] + (rng.random(len(which)) * counts[which]).astype(np.int64)
        return root * len(nouns) + noun

    root, noun = np.divmod(_distinct(pick, industry), len(nouns))
    forms = packed(words("names")["roots"][culture]["forms"])
    order = (packed(nouns)[noun], packed(roots)[root])
    head, tail = order if culture in _NOUN_FIRST else order[::-1]
    name = np.strings.add(_joined(head, b" ", tail), forms[rng.integers(len(forms), size=len(root))])
    address = _joined(
        packed([plain(each) for each in roots])[root], b"-", packed([plain(each) for each in nouns])[noun]
    )
    return name, np.strings.add(address, top)


def _distinct(pick: Callable[[np.ndarray], np.ndarray], which: np.ndarray) -> np.ndarray:
    """Codes drawn by ``pick``, those that repeat drawn again a few times."""
    codes = pick(which)
    for _round in range(20):
        again = np.ones(len(codes), dtype=bool)
        again[np.unique(codes, return_index=True)[1]] = False
        if not again.any():
            break
        codes[again] = pick(which[again])
    return codes


def _joined(head: np.ndarray, glue: bytes, tail: np.ndarray) -> np.ndarray:
    return np.strings.add(np.strings.add(head, glue), tail)


def people_names(rng: np.random.Generator, culture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First name, whole name and the address before the @, for each culture (an index of ``cultures()``)."""
    first, whole, local = (np.zeros(len(culture), dtype="S48") for _ in range(3))
    for at, key in enumerate(cultures()):
        here = np.flatnonzero(culture == at)
        lists = words("names")["people"][key]
        given, family = (
            rng.integers(len(lists["first"]), size=len(here)),
            rng.integers(len(lists["last"]), size=len(here)),
        )
        first[here] = packed(lists["first"])[given]
        whole[here] = _joined(first[here], b" ", packed(lists["last"])[family])
        address = packed([plain(each) for each in lists["first"]])[given]
        local[here] = _joined(address, b".", packed([plain(each).replace("-", "") for each in lists["last"]])[family])
    return first, whole, local


def cultures() -> list[str]:
    return list(words("names")["people"])
