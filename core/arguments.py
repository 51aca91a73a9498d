"""What commands take on the command line, checked with words."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def day(written: str) -> date:
    """A day, written like 2026-01-31. Raises ArgumentTypeError for anything else, and outside of 1900 to 2199."""
    try:
        read = date.fromisoformat(written)
    except ValueError as error:
        raise ArgumentTypeError(_("%(written)s is no day: write it like 2026-01-31") % {"written": written}) from error
    if not FIRST <= read <= LAST:
        raise ArgumentTypeError(_("%(written)s does not lie between 1900 and 2199") % {"written": written})
    return read


def source(written: str) -> str:
    """The key of a source. Raises ArgumentTypeError for what is no short name."""
    try:
        validate_slug(written)
    except ValidationError as error:
        raise ArgumentTypeError(_("take a short name of letters, digits, - and _")) from error
    if len(written) > 60:
        raise ArgumentTypeError(_("take a name of at most 60 letters"))
    return written
