"""Translatable strings: `python -m tools.messages [check|update]`.

`check` extracts every string and looks at its placeholders, and at those of each catalog beside its source.
`update` writes `locale/django.pot` and brings the catalogs of `settings.LANGUAGES` up to date.
Works without GNU gettext: Babel reads Python and, through Django's own `templatize`, the templates.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
TEMPLATE = LOCALE / "django.pot"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENTS = ("Translators:",)

_NAMED = re.compile(r"%\((\w+)\)[a-z]|(?<!\{)\{(\w+)[^{}]*\}(?!\})")
_STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(?:_|n?p?gettext)\((?:\s*(?:{_STRING}|count)\s*,?)+\)")
_UNNAMED = re.compile(r"(?<!%)%[sdif]")


def extracted() -> Catalog:
    """All strings of the project, each with the places it stands in."""
    found = Catalog(project="Holdfast", charset="utf-8")
    for path in _sources():
        for line, message, comments, context in extract("python", io.BytesIO(_python(path)), KEYWORDS, COMMENTS):
            place = (str(path.relative_to(ROOT)), line)
            found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def _sources() -> Iterator[Path]:
    for app in sorted(ROOT.glob("*/__init__.py")):
        for path in sorted(app.parent.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not {"tests", "migrations"} & set(path.parts):
                yield path


def _python(path: Path) -> bytes:
    """A source as Python: of a template, its calls of gettext, each on the line where it stands."""
    from django.utils.translation.template import templatize

    text = path.read_text()
    if path.suffix != ".py":
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join("; ".join(call.group() for call in _CALL.finditer(line)) for line in lines)
    return text.encode()


def complaints(catalog: Catalog) -> Iterator[str]:
    """What is wrong with the placeholders of a catalog, one line each."""
    for message in catalog:
        if not message.id:
            continue
        yield from _unnamed(message)
        for text in _texts(message.string):
            if text and _names(text) - _all_names(message.id):
                yield f"{_place(message)}: {text!r} has a placeholder that its source lacks"


def _unnamed(message: Message) -> Iterator[str]:
    for text in _texts(message.id):
        if len(_UNNAMED.findall(text)) > 1:
            yield f"{_place(message)}: {text!r} needs names for its placeholders: translators change their order"


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _names(text: str) -> set[str]:
    return {first or second for first, second in _NAMED.findall(text)}


def _all_names(value: Any) -> set[str]:
    return set().union(*map(_names, _texts(value)))


def _place(message: Message) -> str:
    return ":".join(map(str, message.locations[0])) if message.locations else "?"


def check() -> list[str]:
    """Every complaint about sources and catalogs."""
    source = extracted()
    found = list(complaints(source))
    for path in LOCALE.glob("*/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            found += [f"{path.relative_to(ROOT)}: {line}" for line in complaints(read_po(file))]
    return found if len(source) else ["no translatable string found"]


def update() -> None:
    """Write the template and merge it into every catalog there is."""
    source = extracted()
    LOCALE.mkdir(exist_ok=True)
    with TEMPLATE.open("wb") as file:
        write_po(file, source, omit_header=False, width=110)
    for path in LOCALE.glob("*/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            catalog = read_po(file)
        catalog.update(source)
        with path.open("wb") as file:
            write_po(file, catalog, width=110)


def main() -> int:
    import django
    from django.conf import settings

    settings.configure(USE_I18N=False)
    django.setup()
    if sys.argv[1:] == ["update"]:
        update()
        return 0
    found = check()
    sys.stdout.write("\n".join(found or ["Translations: every string extracts, every placeholder fits."]) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
