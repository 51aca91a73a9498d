"""Passwords that are known from breaches, told without asking anybody outside."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SWAPPED = str.maketrans("@4310!5$78", "aaeloisstb")
LONGEST = 128


class Breached:
    """Refuses the 20,000 most frequent passwords of breaches, and each of them dressed up: in another case, with
    digits and signs around, with letters swapped for look-alikes, repeated, or several in a row.

    With a length of twelve and more few of that list are left bare; dressed up, they are what people choose.
    """

    def __init__(self) -> None:
        self.known = CommonPasswordValidator().passwords
        self.words = {word for word in self.known if len(word) >= 4}

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("Take at most %(most)s characters.") % {"most": LONGEST}, code="password_too_long")
        if any(form in self.known or self._made_of_known(form) for form in _forms(password)):
            raise ValidationError(
                _("This password is known from breaches, or is one of those dressed up. Take some words of your own."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("It can't be a password that is known from breaches, however dressed up.")

    def _made_of_known(self, text: str) -> bool:
        """Whether one known password repeated is all there is, or two or fewer of them in a row."""
        once = re.fullmatch(r"(.+?)\1+", text)
        if once and (len(once[1]) < 4 or once[1] in self.known):
            return True
        return any(text[:cut] in self.words and text[cut:] in self.words for cut in range(4, len(text) - 3))


def _forms(password: str) -> set[str]:
    plain = password.lower().strip()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    swapped = plain.translate(SWAPPED)
    joined = re.sub(r"[\W_]+", "", plain)
    return {plain, bare, swapped, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", swapped), joined} - {""}
