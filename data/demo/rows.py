"""Small things that every table needs: identifiers, numbers as text, instants, json."""

from collections.abc import Iterable
from datetime import date

import numpy as np

_US_A_DAY = 86_400_000_000


def uids(rng: np.random.Generator, size: int, today: date) -> np.ndarray:
    """Identifiers of version 7 as 16 bytes each, one a millisecond from a day on: in order, so that an index grows at
    its end.
    """
    raw = rng.integers(0, 256, (size, 16), dtype=np.uint8)
    stamp = int(np.datetime64(today, "ms").astype(np.int64)) + np.arange(size)
    raw[:, :6] = stamp.astype(">i8").view(np.uint8).reshape(size, 8)[:, 2:]
    raw[:, 6] = 0x70 | raw[:, 6] & 0x0F
    raw[:, 8] = 0x80 | raw[:, 8] & 0x3F
    return raw


def numbered(prefix: str, numbers: np.ndarray, width: int) -> np.ndarray:
    """``prefix`` and each number, at least ``width`` digits long, as bytes."""
    width = max(width, len(str(int(numbers.max(initial=0)))))
    digits = numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10 + ord("0")
    head = np.broadcast_to(np.frombuffer(prefix.encode(), dtype=np.uint8), (len(numbers), len(prefix)))
    return np.hstack([head, digits.astype(np.uint8)]).view(f"S{len(prefix) + width}").ravel()


def instants(rng: np.random.Generator, days: np.ndarray, *, first: float = 7.0, last: float = 17.0) -> np.ndarray:
    """A moment of each day, between two hours of UTC."""
    at = days * _US_A_DAY + (rng.uniform(first, last, len(days)) * 3600).astype(np.int64) * 1_000_000
    return at.astype("M8[us]")


def filled(template: str | np.ndarray, **values: np.ndarray) -> np.ndarray:
    """A template, or one a row, with each ``{name}`` replaced by the entry of an array of bytes or numbers."""
    size = len(next(iter(values.values())))
    text = template if isinstance(template, np.ndarray) else np.full(size, template.encode())
    for name, value in values.items() if size else ():
        text = np.strings.replace(text, f"{{{name}}}".encode(), as_bytes(value))
    return text


def as_bytes(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "S" else values.astype("S")


def quoted(values: np.ndarray) -> np.ndarray:
    """Plain words as json texts. They must hold neither quotes nor backslashes."""
    return np.strings.add(np.strings.add(b'"', values), b'"')


def packed(texts: Iterable[str]) -> np.ndarray:
    """Texts as UTF-8 bytes."""
    return np.array([text.encode() for text in texts])


def picked(options: Iterable[str], index: np.ndarray) -> np.ndarray:
    """Of each index the option, as bytes."""
    return packed(options)[index]


def uid_texts(raw: np.ndarray) -> np.ndarray:
    """Identifiers of 16 bytes as they are written: 36 characters each."""
    digits = np.stack([raw >> 4, raw & 15], axis=2).reshape(len(raw), 32)
    text = np.full((len(raw), 36), ord("-"), dtype=np.uint8)
    text[:, [at for at in range(36) if at not in {8, 13, 18, 23}]] = np.frombuffer(b"0123456789abcdef", np.uint8)[
        digits
    ]
    return text.view("S36").ravel()


def joined(*parts: np.ndarray | bytes) -> np.ndarray:
    """Arrays of bytes, or the same bytes for all, one after another."""
    whole: np.ndarray = np.strings.add(parts[0], parts[1])
    for part in parts[2:]:
        whole = np.strings.add(whole, part)
    return whole
