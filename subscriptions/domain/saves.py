"""Less instead of leaving; and churn that somebody knows to be of another kind than the rule had it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.domain import events
from core.faults import Fault, Refused
from customers.domain import timeline
from subscriptions.domain import versions
from subscriptions.domain.dunning import same
from subscriptions.domain.versions import Version
from subscriptions.models import Card, Cause, ChurnCorrection, ChurnKind, Save, SubscriptionVersion


@transaction.atomic
def record(
    *,
    version: SubscriptionVersion,
    instead: Version,
    words: dict[str, str],
    known_on: date,
    by: User | None,
    then: Sequence[Version] = (),
) -> Save:
    """Record that a customer takes ``instead`` from its start on, where they wanted to give up ``version``; and
    ``then`` what is agreed for later, such as the end of a pause.

    ``words``: ``reason`` (the customer's own), ``our_reason`` (the CSM's) and ``comment``. What kind of save it is
    follows from the two: a pause, another interval, else less. Raises ``Refused`` where it is neither.
    """
    kind = _kind(version, instead)
    before = same(version, ends_on=instead.starts_on, cancelled_on=None, churn_kind="", reason="")
    agreed = [*([before] if instead.starts_on > version.starts_on else []), instead, *then]
    versions.record(versions=agreed, known_on=known_on)
    own = SubscriptionVersion.objects.filter(subscription=version.subscription_id, starts_on=instead.starts_on)
    new = own.latest("id")
    (text,) = timeline.write_texts(texts=[(version.customer_id, None, words.get("comment", ""))])
    made = Save.objects.create(
        customer_id=version.customer_id,
        subscription_id=version.subscription_id,
        day=instead.starts_on,
        known_on=known_on,
        kind=kind,
        before=version.mrr,
        after=new.mrr,
        currency=new.currency,
        reason=words.get("reason", ""),
        our_reason=words.get("our_reason", ""),
        text=text,
        by=by,
    )
    payload = {"customer": version.customer_id, "kind": kind, "before": f"{version.mrr}", "after": f"{new.mrr}"}
    events.append(type="subscriptions.save_recorded.v1", payloads=[payload])
    return made


def _kind(version: SubscriptionVersion, instead: Version) -> str:
    if instead.paused and not version.paused:
        return Save.Kind.PAUSE
    if instead.interval != version.interval:
        return Save.Kind.INTERVAL
    if instead.amount < version.amount or instead.quantity < version.quantity:
        return Save.Kind.DOWNGRADE
    raise Refused([Fault(0, "amount", "less", _("Is neither a pause nor another interval, and not less either."))])


@transaction.atomic
def correct_kind(
    *, version: SubscriptionVersion, churn_kind: str, why: str, known_on: date, by: User | None
) -> ChurnCorrection:
    """Say that the end of ``version`` was ``churn_kind``, and why. Reports follow as of what was known since.

    Raises ``Refused`` for a version without an end, an unknown kind, and where no reason is given.
    """
    faults = _faults(version, churn_kind, why)
    if faults:
        raise Refused(faults)
    assert version.ends_on is not None
    versions.record(versions=[same(version, churn_kind=churn_kind, cause=Cause.HAND)], known_on=known_on)
    (text,) = timeline.write_texts(texts=[(version.customer_id, None, why)])
    return ChurnCorrection.objects.create(
        customer_id=version.customer_id,
        subscription_id=version.subscription_id,
        day=version.ends_on,
        known_on=known_on,
        churn_kind=churn_kind,
        text=text,
        by=by,
    )


def _faults(version: SubscriptionVersion, churn_kind: str, why: str) -> list[Fault]:
    checks: list[tuple[bool, tuple[str, str, Any]]] = [
        (version.ends_on is None, ("ends_on", "required", _("Has not ended."))),
        (churn_kind not in ChurnKind.values, ("churn_kind", "choice", _("Must be voluntary or involuntary."))),
        (not why.strip(), ("why", "required", _("Say why."))),
    ]
    return [Fault(0, *said) for broken, said in checks if broken]


@transaction.atomic
def learn_card(*, customer: int, expires_on: date, label: str, known_on: date) -> Card:
    """Remember the card that a customer pays with. What is known already is not written again."""
    last = Card.objects.filter(customer=customer).order_by("known_on", "pk").last()
    if last and (last.label, last.expires_on) == (label, expires_on):
        return last
    return Card.objects.create(
        customer_id=customer, day=known_on, known_on=known_on, expires_on=expires_on, label=label
    )
