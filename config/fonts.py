"""The typeface: cut from the registry's Inter into one small file for each script that the pages use."""

from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# The same ranges as in the @font-face rules of tokens.css.
RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,"
    "U+20A0-20AB,U+20AD-20C0,U+2113",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
}
FEATURES = ["calt", "case", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum", "zero"]


def build_fonts(folder: Path) -> None:
    """Write ``inter-….woff2`` for each script into ``folder``; all weights, upright, at text size."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, ranges in RANGES.items():
        font = TTFont(_source())
        cut = subset.Subsetter(subset.Options(layout_features=FEATURES))
        cut.populate(unicodes=subset.parse_unicodes(ranges))
        cut.subset(font)
        # The optical size is fixed after cutting: there is far less left to work on.
        font = instancer.instantiateVariableFont(font, {"opsz": 14})
        font.flavor = "woff2"
        font.save(folder / f"inter-{name}.woff2")


def _source() -> Path:
    spec = find_spec("fontpkg_inter")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The typeface is missing: install requirements.lock.")
    return Path(spec.submodule_search_locations[0]) / "files" / "Inter[opsz,wght].ttf"
