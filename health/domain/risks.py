"""The risk register: a named risk of a customer, who minds it, what is done about it, and how it ended.

Its reason is one of the churn tree. That stands on a higher floor, which says here what there is to choose.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.domain import events
from core.errors import Stale
from customers.domain import timeline
from customers.domain.timeline import Entry
from customers.models import Customer, Text
from health.models import Risk

OPENED, CHANGED, CLOSED = (f"health.risk_{what}.v1" for what in ("opened", "changed", "closed"))
Reasons = Callable[[], list[tuple[str, str]]]
_REASONS: list[Reasons] = []


def gives_reasons(found: Reasons) -> Reasons:
    """Register what gives the reasons there are: key and what it is called, a finer one after its parent."""
    _REASONS[:] = [found]
    return found


def reasons() -> list[tuple[str, str]]:
    return _REASONS[0]() if _REASONS else []


@transaction.atomic
def open_risk(
    *,
    customer: Customer,
    reason: str,
    words: str,
    mitigation: str,
    owner: User,
    review_on: date,
    by: User,
    at: datetime,
) -> Risk:
    """Put a risk into the register. Raises ValidationError."""
    _check(reason, words, review_on, at)
    said, done = timeline.write_texts(texts=[(customer.pk, None, words), (customer.pk, None, mitigation)])
    made = Risk(customer=customer, reason=reason, owner=owner, review_on=review_on, opened_on=clock.today(at))
    made.words, made.mitigation = said, done  # type: ignore[assignment]
    made.save()
    _tell("risk_opened", made, said, by, at)
    events.append(type=OPENED, payloads=[_told(made)], at=at)
    return made


@transaction.atomic
def change(
    *,
    risk: Risk,
    reason: str,
    words: str,
    mitigation: str,
    owner: User,
    review_on: date,
    at: datetime,
    seen: str | None = None,
) -> Risk:
    """Say it anew. With ``seen``, its ``state`` when it was read, else Stale. Raises ValidationError."""
    _check(reason, words, review_on, at)
    kept = Risk.objects.select_for_update(of=("self",)).select_related("words", "mitigation").get(pk=risk.pk)
    if seen not in (None, kept.state):
        raise Stale(_("Somebody else changed this risk meanwhile."))
    kept.reason, kept.owner, kept.review_on = reason, owner, review_on
    kept.words = _said(kept.words, words, kept.customer_id)  # type: ignore[assignment]
    kept.mitigation = _said(kept.mitigation, mitigation, kept.customer_id)
    kept.save()
    events.append(type=CHANGED, payloads=[_told(kept)], at=at)
    return kept


@transaction.atomic
def close(*, risk: Risk, outcome: str, by: User, at: datetime) -> None:
    """Say how a risk ended. One that is closed stays as it is. Raises ValidationError for no outcome."""
    if outcome not in (Risk.Outcome.AVERTED, Risk.Outcome.HAPPENED, Risk.Outcome.MISTAKEN):
        raise ValidationError({"outcome": _("Say how it ended.")})
    rows = Risk.objects.filter(pk=risk.pk, closed_on=None)
    if rows.update(closed_on=clock.today(at), outcome=outcome):
        risk.refresh_from_db()
        _tell("risk_closed", risk, None, by, at)
        events.append(type=CLOSED, payloads=[_told(risk)], at=at)


def _check(reason: str, words: str, review_on: date, at: datetime) -> None:
    if reason not in dict(reasons()):
        raise ValidationError({"reason": _("Choose one of the reasons.")})
    if not words.strip():
        raise ValidationError({"words": _("Say what it is: whoever comes after you has only these words.")})
    if review_on <= clock.today(at):
        raise ValidationError({"review_on": _("Choose a day after today.")})


def _said(before: Text | None, words: str, customer: int) -> Text | None:
    if (before.body if before else "") == words.strip():
        return before
    return timeline.write_texts(texts=[(customer, None, words)])[0]


def _tell(kind: str, risk: Risk, text: Text | None, by: User, at: datetime) -> None:
    values = {"reason": dict(reasons()).get(risk.reason, risk.reason), "outcome": risk.outcome}
    entry = Entry(customer=risk.customer_id, kind=kind, at=at, values=values, text=text)
    timeline.tell(entries=[entry], known_on=clock.today(at), by=by)


def _told(risk: Risk) -> dict[str, object]:
    return {
        "risk": risk.pk,
        "customer": risk.customer_id,
        "reason": risk.reason,
        "owner": risk.owner_id,
        "review_on": f"{risk.review_on}",
        "outcome": risk.outcome,
    }
