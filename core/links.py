"""Addresses that are a key by themselves: who has the link of an invitation or an answer may open it.

Such an address stands in mails only. Where the log or an error tells of one, it is written as its route.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.http import HttpRequest

LONG = 8  # a shorter word is none of our tokens, and would be found inside other words


def without_tokens(text: str, request: HttpRequest | None = None) -> str:
    """The text, each address of ``LINKS`` in it cut before its token; the tokens of ``request`` are not said either."""
    text = _links(settings.LINKS).sub(r"\1<token>", text)
    for token, name in _tokens(request):
        text = text.replace(token, f"<{name}>")
    return text


def _tokens(request: HttpRequest | None) -> Iterator[tuple[str, str]]:
    found = getattr(request, "resolver_match", None)
    if found and found.route.replace("^", "").startswith(settings.LINKS):
        for name, value in found.kwargs.items():
            if isinstance(value, str) and len(value) >= LONG:
                yield value, name


@cache
def _links(begins: tuple[str, ...]) -> re.Pattern[str]:
    """Finds such an address up to its end, also where it is a part of another, and cut or lengthened by hand."""
    slash = r"(?:/|%2F)+"
    either = "|".join(slash.join(map(re.escape, one.strip("/").split("/"))) for one in sorted(begins, reverse=True))
    return re.compile(rf"({slash}(?:{either}){slash})[^\s\"'\\<>]+", re.IGNORECASE)
