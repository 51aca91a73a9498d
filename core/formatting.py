"""How values are written on a page: numbers, money, shares, dates. Safe HTML comes back; None is an en dash."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache, wraps
from math import isnan
from typing import Any, ParamSpec, TypeVar

from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from core.hidden import is_money_hidden
from core.markup import markup

Number = Decimal | float | int
P = ParamSpec("P")
R = TypeVar("R")

SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "¥",
    "UAH": "₴",
    "INR": "₹",
    "CAD": "CA$",
    "AUD": "A$",
}
MINUS = "\u2212"
EN_DASH = "–"
HIDDEN = "•••"
THIN = "\u202f"
COMPACT: tuple[tuple[int, str], ...] = ((10**9, "B"), (10**6, "M"), (10**3, "k"))
RELATIVE_DAYS = 60
KEPT = 20_000
MAYBE_NAN = (float, Decimal)


def undefined() -> SafeString:
    return markup('<span class="undefined" title="{}">{}</span>', gettext("Not defined"), EN_DASH)


def dash_for_none(write: Callable[..., SafeString]) -> Callable[..., SafeString]:
    @wraps(write)
    def written(value: Any, *args: Any, **kwargs: Any) -> SafeString:
        return undefined() if _is_missing(value) else write(value, *args, **kwargs)

    return written


def kept_by_language(write: Callable[P, R]) -> Callable[P, R]:
    """What depends on its arguments and the language alone is written once: a list says the same again and again."""

    @lru_cache(maxsize=KEPT)
    def known(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> R:
        return write(*args, **kwargs)

    @wraps(write)
    def written(*args: P.args, **kwargs: P.kwargs) -> R:
        return known(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # figures and words: all hashable

    return written


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, MAYBE_NAN) and isnan(value))


def plain(value: Number, digits: int = 0) -> str:
    """``value`` rounded half-even to ``digits``, grouped for the active language, with a true minus."""
    step = Decimal(1).scaleb(-digits)
    rounded = (value if isinstance(value, Decimal) else Decimal(str(value))).quantize(step, ROUND_HALF_EVEN)
    text = _grouped(abs(rounded), digits)
    return MINUS + text if rounded < 0 else text


def _grouped(value: Decimal, digits: int) -> str:
    """As Django's `number_format` writes it, which a list would ask for each of hundreds of figures."""
    if (table := _separators(get_language())) is None:
        return number_format(value, digits, use_l10n=True, force_grouping=True)
    return f"{value:,.{digits}f}".translate(table)


@cache
def _separators(_language: str | None) -> dict[int, str] | None:
    """What comma and point become in the active language; None for one that does not group by threes."""
    if get_format("NUMBER_GROUPING") != 3:
        return None
    return {ord(","): get_format("THOUSAND_SEPARATOR"), ord("."): get_format("DECIMAL_SEPARATOR")}


def compact(value: Number) -> str:
    """A number for an axis, in thousands or millions where it is that large: ``4.8k``, ``−1.25M``."""
    exact = Decimal(str(float(value)))
    size, unit = next(((size, unit) for size, unit in COMPACT if abs(exact) >= size), (1, ""))
    shown = exact / size
    digits = next((digits for digits in (0, 1) if round(shown, 2) == round(shown, digits)), 2)
    return plain(shown, digits) + unit


def plain_percent(value: Number, digits: int = 1) -> str:
    """A share between 0 and 1 in hundredths, as text."""
    share = value if isinstance(value, Decimal) else Decimal(str(value))
    return f"{plain(share * 100, digits)}{THIN}%"


def plain_money(value: Number, currency: str, digits: int = 0, *, short: bool = False) -> str:
    """Money as text, for titles and descriptions: ``−$4,800``, ``CHF 4,800``; ``short`` for an axis: ``$4.8k``.

    A mark in its place for whoever may not see it.
    """
    if is_money_hidden():
        return HIDDEN
    text = compact(value) if short else plain(value, digits)
    return f"{MINUS if text.startswith(MINUS) else ''}{_symbol(currency)}{text.removeprefix(MINUS)}"


@dash_for_none
@kept_by_language
def number(value: Number, digits: int = 0) -> SafeString:
    return markup('<span class="num">{}</span>', plain(value, digits))


@dash_for_none
def money(value: Number, currency: str, digits: int = 0) -> SafeString:
    """An amount; a mark in its place for whoever may not see it."""
    return _hidden() if is_money_hidden() else _money(value, currency, digits)


@dash_for_none
def amount(value: Number, digits: int = 0) -> SafeString:
    """An amount whose currency stands beside it; a mark in its place for whoever may not see it."""
    return _hidden() if is_money_hidden() else number(value, digits)


def plain_amount(value: Number, digits: int = 0) -> str:
    """The same as text."""
    return HIDDEN if is_money_hidden() else plain(value, digits)


def _hidden() -> SafeString:
    return markup('<span class="undefined" title="{}">{}</span>', gettext("Hidden from your role"), HIDDEN)


@kept_by_language
def _money(value: Number, currency: str, digits: int) -> SafeString:
    text = plain(value, digits)
    sign = MINUS if text.startswith(MINUS) else ""
    return markup(
        '<span class="num">{}<span class="currency">{}</span>{}</span>',
        sign,
        _symbol(currency),
        text.removeprefix(MINUS),
    )


@dash_for_none
@kept_by_language
def percent(value: Number, digits: int = 1) -> SafeString:
    """A share between 0 and 1, written in hundredths: 0.918 is ``91.8 %``."""
    return markup('<span class="num">{}</span>', plain_percent(value, digits))


@dash_for_none
@kept_by_language
def signed(value: Number, digits: int = 0) -> SafeString:
    """A change: with its sign, and without a colour, since more is not always better."""
    text = plain(value, digits)
    rises = not text.startswith(MINUS) and any(figure in "123456789" for figure in text)
    return markup('<span class="num">{}{}</span>', "+" if rises else "", text)


@dash_for_none
def day(value: date | datetime, today: date | None = None) -> SafeString:
    """A date near ``today`` (the current zone's, unless given) as a distance, with the exact one on hover."""
    moment = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    on = moment.date() if isinstance(moment, datetime) else moment
    return _day(moment.isoformat(), moment, (on - (today or timezone.localdate())).days)


@kept_by_language
def _day(written: str, moment: date | datetime, away: int) -> SafeString:
    """``written`` tells one moment in two zones apart, which are equal to Python."""
    exact = date_format(moment, "j F Y, H:i" if isinstance(moment, datetime) else "j F Y")
    near = abs(away) <= RELATIVE_DAYS
    return markup(
        '<time datetime="{}" title="{}">{}</time>',
        written,
        exact if near else f"{exact}, {distance(away)}",
        distance(away) if near else date_format(moment, "j M Y"),
    )


def distance(days: int) -> str:
    """Whole days from now in words: ``in 23 days``, ``yesterday``."""
    named = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if days in named:
        return named[days]
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": plain(days)}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": plain(-days)}


def initials(name: object) -> str:
    """One or two capitals for a person: of the first and last word, or of an address before its @."""
    words = str(name).split("@")[0].replace(".", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _symbol(currency: str) -> str:
    return SYMBOLS.get(currency) or (f"{currency}\u00a0" if currency else "")
