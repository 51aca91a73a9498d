import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR, "core/static/core/tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
LIGHT = {name: light for name, light, _dark in PAIR.findall(CSS)} | {"on-accent": "#ffffff"}
DARK = {name: dark for name, _light, dark in PAIR.findall(CSS)} | {"on-accent": "#ffffff"}

TEXTS = ["text-1", "text-2", "text-3", "accent", "good", "watch", "risk", "unknown"]
GROUNDS = ["surface-0", "surface-1", "surface-2", "surface-3", "float"]
READ = [
    *product(TEXTS, GROUNDS),
    *((state, f"{state}-soft") for state in ("accent", "good", "watch", "risk", "unknown")),
    ("text-2", "unknown-soft"),
    ("text-1", "accent-soft"),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
    ("surface-1", "text-1"),
]


def light_of(colour):
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((light_of(one), light_of(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ, ids=lambda name: name)
def test_whatever_is_read_has_contrast(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("mark", [name for name in LIGHT if name.startswith("mark-")])
def test_marks_of_charts_stand_out(theme, mark):
    assert contrast(theme[mark], theme["surface-1"]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("tone", ["accent", "risk"])
def test_the_second_of_a_tone_is_told_from_the_first(theme, tone):
    assert contrast(theme[f"mark-{tone}"], theme[f"mark-{tone}-2"]) >= 1.5


def test_no_colour_has_a_value_anywhere_else():
    for sheet in Path(settings.BASE_DIR, "core/styles").glob("*.css"):
        text = re.sub(r'url\("[^"]*"\)', "", sheet.read_text())
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl\(|oklch\(", text) == [], sheet.name


def test_the_script_stays_small():
    assert Path(settings.BASE_DIR, "core/static/core/app.js").stat().st_size <= 6400
