"""Elements of SVG as safe strings. Across, places are percentages, so that a chart is as wide as its card and its
type never shrinks; down, they are pixels."""

from collections.abc import Iterable
from functools import cache
from html import escape
from zlib import crc32

from django.utils.safestring import SafeString, mark_safe

from core.markup import markup

Attribute = str | float | int | None


def element(name: str, *children: str, **attributes: Attribute) -> SafeString:
    """One element. Children are escaped unless safe; ``class_`` is ``class``, ``stroke_width`` ``stroke-width``."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value != "")
    inside = "".join(child if isinstance(child, SafeString) else escape(child) for child in children)
    return mark_safe(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def join(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(part if isinstance(part, SafeString) else escape(part) for part in parts))


def percent(value: float) -> str:
    return f"{number(value)}%"


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def mark(*shapes: str, title: str, href: str = "") -> SafeString:
    """What stands for one value: with a title, and a link to its rows where there is an ``href``."""
    if href:
        return element("a", element("title", title), *shapes, href=href, class_="mark", data_mark="1", aria_label=title)
    return markup('<g class="mark" data-mark="1"><title>{}</title>{}</g>', f"{title}", join(shapes))


def text(content: str, *, x: str | float, y: float, anchor: str = "middle", class_: str = "tick") -> SafeString:
    return element("text", content, x=x, y=y, text_anchor=anchor, class_=class_)


def drawing(*parts: str, height: float, title: str, linked: bool, class_: str = "") -> SafeString:
    """The whole picture. One with links is a group, since what is an image has nothing to press in it."""
    return element(
        "svg",
        *parts,
        width="100%",
        height=height,
        class_=f"drawing {class_}".strip(),
        role="group" if linked else "img",
        aria_label=title,
    )


def stretched(*parts: str, height: float) -> SafeString:
    """A field of 1000 units across whose shapes are stretched to the width, while their lines keep theirs."""
    return element(
        "svg",
        *parts,
        x=0,
        y=0,
        width="100%",
        height=height,
        viewBox=f"0 0 1000 {number(height)}",
        preserveAspectRatio="none",
        class_="stretched",
    )


def path(points: list[tuple[float, float]], *, class_: str, close: bool = False) -> SafeString:
    """A line through ``points`` given in percent and pixels, for use inside ``stretched``."""
    steps = "L".join(f"{number(x * 10)} {number(y)}" for x, y in points)
    return element("path", d=f"M{steps}{'Z' if close else ''}", class_=class_, vector_effect="non-scaling-stroke")


def hatch(key: str) -> tuple[SafeString, str]:
    """The stripes of what is not finished yet, and the fill that refers to them; ``key`` tells charts apart."""
    name = f"hatch-{crc32(key.encode()):08x}"
    stripe = element("path", d="M0 0V6", class_="hatch")
    pattern = element(
        "pattern",
        stripe,
        id=name,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", pattern), f"url(#{name})"


def _attribute(key: str, value: Attribute) -> str:
    if isinstance(value, int):
        return f' {_name(key)}="{value}"'
    return f' {_name(key)}="{number(value) if isinstance(value, float) else escape(str(value))}"'


@cache
def _name(key: str) -> str:
    name = key.rstrip("_")
    return name.replace("_", "-") if name.islower() else name
