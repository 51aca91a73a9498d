"""What a back-test says, in plain words. It says so, too, where a score is worth nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.formatting import plain


def verdict(auc: Mapping[str, Any]) -> str:
    """One or two sentences on an AUC with its interval."""
    value, low, high = auc["value"], auc["low"], auc["high"]
    words = {"lost": auc["lost_customers"], "auc": _two(value), "low": _two(low), "high": _two(high)}
    match auc["verdict"]:
        case "unscored":
            return _("Nothing to test: nobody had enough data for a score.")
        case "too_few":
            return _("Too few to tell: only %(lost)s customers left in this time.") % words
        case "chance":
            return (
                _("No better than chance: the AUC is %(auc)s, and its interval, %(low)s to %(high)s, includes 0.50.")
                % words
            )
        case "worse":
            return (
                _("It points the wrong way: the AUC is %(auc)s (%(low)s to %(high)s), below the 0.50 of a coin.")
                % words
            )
    return (
        _("Better than chance: the AUC is %(auc)s (%(low)s to %(high)s), where 0.50 is a coin and 1 is perfect.")
        % words
    )


def headline(auc: Mapping[str, Any]) -> str:
    """The verdict in three words."""
    return {
        "better": _("Better than chance"),
        "chance": _("No better than chance"),
        "worse": _("Points the wrong way"),
        "too_few": _("Too few to tell"),
        "unscored": _("Not enough data"),
    }[auc["verdict"]]


def in_hundred(auc: Mapping[str, Any]) -> str:
    """What an AUC means, said as something one can picture."""
    if auc["value"] is None:
        return ""
    return _(
        "Of one customer who left and one who stayed, the one who left had the lower score %(times)s times out of 100."
    ) % {"times": plain(auc["value"] * 100)}


def _two(value: float | None) -> str:
    return "–" if value is None else plain(value, 2)


def difference(found: Mapping[str, Any], one: str, other: str) -> str:
    """Which of two separates better, over what both scored; or that it can't be told."""
    value, low, high = found["value"], found["low"], found["high"]
    if value is None or low is None:
        return _("“%(one)s” and “%(other)s” can't be told apart: too few left.") % {"one": one, "other": other}
    words = {"by": plain(abs(value), 2), "low": plain(low, 2), "high": plain(high, 2)}
    if low <= 0 <= high:
        told = _("“%(one)s” and “%(other)s” can't be told apart: %(by)s of AUC, and the interval includes none.")
        return told % {**words, "one": one, "other": other}
    better, worse = (other, one) if value > 0 else (one, other)
    told = _("“%(better)s” separates better than “%(worse)s” by %(by)s of AUC (%(low)s to %(high)s).")
    return told % {**words, "better": better, "worse": worse}
