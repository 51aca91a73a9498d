from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User
from core.domain import events
from core.formatting import initials
from core.models import Company
from surveys import words
from surveys.domain.scales import SCALES
from surveys.models import Campaign, Edition, Survey
from surveys.queries.pages import texts

PUBLISHED = "surveys.published.v1"
CLOSED = "surveys.closed.v1"
ANSWER, UNSUBSCRIBE, HELLO = "HOLDFAST-ANSWER", "HOLDFAST-UNSUBSCRIBE", "HOLDFAST-HELLO"


@transaction.atomic
def publish(*, survey: Survey, by: User | None, at: datetime) -> Edition:
    """Make the draft what contacts see from now on. Mails that have left keep the edition they left with."""
    held = Survey.objects.select_for_update().get(pk=survey.pk)
    if held.state == Survey.State.CLOSED:
        raise ValidationError(_("This survey is closed: make a new one."))
    last = held.editions.aggregate(last=Max("number"))["last"] or 0
    content = {language: compiled(held, language) for language in offered(held)}
    edition = Edition.objects.create(survey=held, number=last + 1, content=content, published_at=at, by=by)
    Survey.objects.filter(pk=held.pk).update(state=Survey.State.LIVE)
    survey.state = Survey.State.LIVE
    events.append(type=PUBLISHED, payloads=[{"survey": held.pk, "edition": edition.number}], at=at)
    return edition


@transaction.atomic
def close(*, survey: Survey, by: User, at: datetime) -> None:
    """No more answers and no more mails. What was answered stays."""
    Survey.objects.filter(pk=survey.pk).update(state=Survey.State.CLOSED)
    survey.state = Survey.State.CLOSED
    Campaign.objects.filter(survey=survey).exclude(state=Campaign.State.ENDED).update(state=Campaign.State.ENDED)
    events.append(type=CLOSED, payloads=[{"survey": survey.pk, "by": by.pk}], at=at)


def offered(survey: Survey) -> list[str]:
    """The languages that contacts are written to in; English always."""
    chosen = [one for one in survey.languages if one in words.LANGUAGES] or list(words.LANGUAGES)
    return chosen if words.ENGLISH in chosen else [words.ENGLISH, *chosen]


def compiled(survey: Survey, language: str) -> dict[str, Any]:
    """What a contact sees in one language: texts, and both mails with their styles inlined, once for all of them."""
    company = Company.current().name
    own = texts(survey, language, company)
    first, reminder = (_mail(survey, language, company, own, again=again) for again in (False, True))
    return {"texts": own, "mail": first, "reminder": reminder}


def _mail(survey: Survey, language: str, company: str, own: dict[str, str], *, again: bool) -> dict[str, str]:
    scale = SCALES[survey.kind]
    sender = survey.sender_name or company

    def say(name: str) -> str:
        return words.phrase(language, name, company=company)

    subject = words.phrase(language, "reminder_subject", subject=own["subject"]) if again else own["subject"]
    context = {
        "language": {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(language, language),
        "subject": subject,
        "sender": sender,
        "initials": initials(sender),
        "reminder": say("reminder") if again else "",
        "scores": scale.scores,
        "share": round(100 / len(scale.scores), 1),
        "least": scale.least,
        "most": scale.most,
        "scale": words.phrase(language, "scale", low=own["low"], high=own["high"], least=scale.least, most=scale.most),
        **{name: own[name] for name in ("question", "why", "low", "high")},
        **{name: say(name) for name in ("click", "open", "footer", "unsubscribe")},
        "styles": _styles(),
    }
    html = render_to_string("surveys/mail/invitation.html", context)
    text = render_to_string("surveys/mail/invitation.txt", context)
    return {"subject": subject, "html": _inliner().inline(html), "text": text.strip() + "\n"}


@cache
def _styles() -> str:
    return (Path(__file__).parent.parent / "templates/surveys/mail/invitation.css").read_text()


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
