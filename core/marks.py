"""Small drawings inside text: icons and the four states, which differ in shape and not only in colour."""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from heroicons.templatetags import heroicons

from core.formatting import kept_by_language
from core.markup import markup

STATES = {
    "good": _("Good"),
    "watch": _("Watch"),
    "risk": _("Risk"),
    "unknown": _("Not enough data"),
}

SHAPES = {
    "good": '<circle cx="5" cy="5" r="4.5" fill="currentColor"/>',
    "watch": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.2"/>'
    '<path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor"/>',
    "risk": '<path d="M5 .6 9.8 9.2H.2z" fill="currentColor"/>',
    "unknown": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.4" '
    'stroke-dasharray="1.6 1.54"/>',
}

DRAWERS = {
    "micro": heroicons.heroicon_micro,
    "mini": heroicons.heroicon_mini,
    "outline": heroicons.heroicon_outline,
}


@lru_cache(maxsize=512)
def icon(name: str, style: str = "micro", size: int = 16) -> SafeString:
    """A heroicon as inline SVG, hidden from assistive technology: the word beside it says what it means."""
    return mark_safe(DRAWERS[style](name, size=size, aria_hidden="true"))


def state_mark(state: str) -> SafeString:
    """● ◐ ▲ ◌ as a drawing; an unknown state is drawn as not enough data."""
    shape = SHAPES.get(state, SHAPES["unknown"])
    return mark_safe(f'<svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">{shape}</svg>')


@kept_by_language
def band(state: str, text: object = None) -> SafeString:
    """The mark of ``state`` with ``text`` beside it, or with its name where there is no text."""
    known = state if state in STATES else "unknown"
    if text is None or text == "":
        return markup('<span class="band band-{}">{}{}</span>', known, state_mark(known), STATES[known])
    return markup(
        '<span class="band band-{}" title="{}">{}<span class="sr-only">{}: </span>{}</span>',
        known,
        STATES[known],
        state_mark(known),
        STATES[known],
        text,
    )
