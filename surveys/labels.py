"""What our own people read about surveys."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surveys.domain.scales import SCALES

REASONS: Final = {
    "clock_survey": _("Asked this survey lately"),
    "clock_overall": _("Had another mail lately"),
    "quiet": _("Quiet hours where they are"),
    "escalation": _("An escalation is open"),
    "no_address": _("No address"),
    "left": _("Left the company"),
    "withdrawn": _("Consent withdrawn"),
    "no_consent": _("Has not agreed to such mail"),
    "unsubscribed": _("Unsubscribed"),
    "bounced": _("Mail came back"),
    "complained": _("Complained"),
    "by_hand": _("On the list of addresses not to write to"),
    "expired": _("Its time ran out"),
    "stopped": _("The campaign was stopped"),
    "survey_closed": _("The survey was closed"),
    "answered": _("Has answered"),
}
CLASSES: Final = {
    "nps": {"promoter": _("Promoters"), "passive": _("Passives"), "detractor": _("Detractors")},
    "csat": {"promoter": _("Satisfied"), "passive": _("Undecided"), "detractor": _("Not satisfied")},
    "ces": {"promoter": _("Easy"), "passive": _("Undecided"), "detractor": _("Hard")},
}
SILENT: Final = _("Silent")
TONES: Final = {"promoter": "good", "passive": "watch", "detractor": "risk"}
TEXTS: Final = {
    "subject": _("Subject"),
    "question": _("Question"),
    "why": _("Why we ask"),
    "low": _("Words at the low end"),
    "high": _("Words at the high end"),
    "thanks": _("Thank-you"),
}


def text_of(name: str, kind: str) -> str:
    """What a text is for: what follows an answer, by the name of its class."""
    _follow, is_follow, answered = name.partition("follow_")
    if not is_follow:
        return str(TEXTS[name])
    return gettext("Then, to: %(class)s") % {"class": CLASSES[kind][answered]}


MARKS: Final = {
    "trap": _("filled in a hidden field"),
    "no_form": _("did not use our form"),
    "haste": _("answered within a second"),
    "driven": _("a driven browser"),
    "no_hands": _("no key or click"),
    "burst": _("opened many scores at once"),
    "run": _("sent one score after the other"),
}


def class_of(kind: str, score: int) -> str:
    return SCALES[kind].class_of(score)


def reason(code: str) -> str:
    """Why a mail is held back, in words; a server's code as it is."""
    return str(REASONS.get(code, code))
