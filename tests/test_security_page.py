"""``docs/security.md`` says of each item what holds it: what it names is there, and no chapter stands empty."""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGE: Path = settings.BASE_DIR / "docs" / "security.md"
CHAPTERS = re.split(r"^## ", PAGE.read_text(), flags=re.M)[1:]
NAMED = re.compile(r"`([\w./-]+\.(?:py|md|txt|toml|yaml|lock)|[\w./-]+/)`")


def test_every_chapter_of_the_standard_is_there_once() -> None:
    numbers = [found[1] for one in CHAPTERS if (found := re.match(r"V(\d+) ", one))]
    assert numbers == [f"{n}" for n in range(1, 18)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.splitlines()[0])
def test_what_a_chapter_names_is_there(chapter: str) -> None:
    head, *lines = chapter.splitlines()
    assert any(line.strip() for line in lines), f"nothing stands under {head}"
    missing, folder = [], settings.BASE_DIR
    for name in NAMED.findall("\n".join(lines)):
        if name.startswith("/"):
            continue  # an address
        path = settings.BASE_DIR / name if "/" in name or (settings.BASE_DIR / name).exists() else folder / name
        folder = path.parent
        missing += [] if path.exists() else [name]
    assert missing == []


def test_an_item_of_the_table_says_what_holds_it() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and not line.startswith("| item")]
    assert [row for row in rows if not all(cell.strip() for cell in row.strip("|").split(" | "))] == []
