"""Signals: a rule that has held for a customer for so many nights opens one; it clears when the rule no longer holds.

A rule that would open more than its share of the book in one night opens none: that says more of the rule, or of the
data, than of the customers. It is held until an administrator has looked.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.clock import AsOf
from core.domain import events
from core.ids import uuid7
from customers.domain import timeline
from customers.registry import Frame, gather
from customers.rules import Rule, frame_for, holds_rules, mask, parse
from health.domain.scoring import IN_FORCE
from health.models import Signal, SignalDay, SignalHold, SignalRule

FEWEST = 5  # so many new ones are never too many
OPENED, CLEARED = "health.signal_opened.v1", "health.signal_cleared.v1"
HELD = "health.signal_held.v1"
RULE_SAVED = "health.signal_rule_saved.v1"
MEASURE, AT_RISK = "measure.", "mrr_at_risk"


@holds_rules("signal rules")
def _rules() -> Iterable[tuple[str, Any]]:
    return SignalRule.objects.order_by("pk").values_list("name", "rule")


@transaction.atomic
def save_rule(*, rule: SignalRule | None, values: Mapping[str, Any], by: User, at: datetime) -> SignalRule:
    """Make a rule, or change one: ``values`` are its fields. Other conditions begin to be held anew.

    Raises RuleError for conditions that don't hold.
    """
    parse(values["rule"], user=by)
    kept = rule or SignalRule(key=_key(values["name"]), position=SignalRule.objects.count())
    if rule and rule.rule != values["rule"]:
        SignalHold.objects.filter(rule=rule).delete()
    for name, value in values.items():
        setattr(kept, name, value)
    kept.save()
    events.append(type=RULE_SAVED, payloads=[{"rule": kept.key, "by": by.pk}], at=at)
    return kept


@transaction.atomic
def delete_rule(*, rule: SignalRule) -> None:
    """Take away a rule that never opened a signal. Raises ValidationError for one that did: it can be switched off."""
    if rule.signals.exists():
        raise ValidationError(_("It has opened signals, and they stay known. Switch it off instead."))
    rule.delete()


def _key(name: str) -> str:
    return (slugify(name)[:50] or "signal") + f"-{uuid7().hex[-6:]}"


@transaction.atomic
def run(day: date) -> None:
    """The night's signals as of ``day``. Bears being run twice."""
    for rule in SignalRule.objects.filter(is_on=True).select_for_update():
        _run(rule, day)


def _run(rule: SignalRule, day: date) -> None:
    parsed = parse(rule.rule)
    frame = _frame(parsed, day)
    active = frame[IN_FORCE] != 0
    here = mask(parsed, frame) & active
    holding = set(frame.ids[here].tolist())
    _clear(rule, holding, day)
    held_since = _hold(rule, holding, day)
    new = sorted(customer for customer, since in held_since.items() if (day - since).days + 1 >= rule.hold_days)
    standing = set(Signal.objects.filter(rule=rule, closed_on=None).values_list("customer_id", flat=True))
    # Who was dismissed stays so until the rule has cleared once.
    dismissed = Signal.objects.filter(rule=rule, outcome=Signal.Outcome.DISMISSED)
    over = {
        customer
        for customer, closed in dismissed.values_list("customer_id", "closed_on")
        if customer in held_since and closed and closed >= held_since[customer]
    }
    new = [customer for customer in new if customer not in standing and customer not in over]
    book = int(active.sum())
    too_many = len(new) > max(FEWEST, float(rule.most_share) * book)
    night, made = SignalDay.objects.get_or_create(
        rule=rule, day=day, defaults={"book": book, "new": len(new), "held": too_many and bool(new)}
    )
    if made and night.held:
        events.append(type=HELD, payloads=[{"rule": rule.key, "day": f"{day}", "new": len(new)}])
    elif made:
        _open(rule, frame, new)


def _frame(rule: Rule, day: date) -> Frame:
    frame = frame_for(rule, AsOf.at(day))
    return frame.with_columns(gather(AsOf.at(day), [IN_FORCE, AT_RISK]).columns)


def _clear(rule: SignalRule, holding: set[int], day: date) -> None:
    gone = Signal.objects.filter(rule=rule, closed_on=None).exclude(customer__in=holding)
    told = [{"customer": one.customer_id, "signal": one.pk, "rule": rule.key} for one in gone]
    gone.update(closed_on=day, outcome=Signal.Outcome.CLEARED)
    events.append(type=CLEARED, payloads=told)
    SignalHold.objects.filter(rule=rule).exclude(customer__in=holding).delete()


def _hold(rule: SignalRule, holding: set[int], day: date) -> dict[int, date]:
    SignalHold.objects.bulk_create(
        [SignalHold(rule=rule, customer_id=customer, since=day) for customer in sorted(holding)], ignore_conflicts=True
    )
    return dict(SignalHold.objects.filter(rule=rule).values_list("customer_id", "since"))


def _open(rule: SignalRule, frame: Frame, customers: list[int]) -> None:
    """``frame`` holds what the rule reads, and the MRR at risk."""
    keys = [key.removeprefix(MEASURE) for key in sorted(parse(rule.rule).keys) if key.startswith(MEASURE)]
    place = np.searchsorted(frame.ids, customers)
    made = Signal.objects.bulk_create(
        Signal(
            rule=rule,
            customer_id=customer,
            opened_on=frame.at.day,
            cause={key: _plain(frame[key][row]) for key in keys},
            mrr_at_risk=_plain(frame[AT_RISK][row]),
        )
        for customer, row in zip(customers, place.tolist(), strict=True)
    )
    told = [{"customer": one.customer_id, "signal": one.pk, "rule": rule.key, "cause": one.cause} for one in made]
    events.append(type=OPENED, payloads=told)


@transaction.atomic
def release(*, night: SignalDay, by: User) -> None:
    """Open what was held in one night: for those for whom the rule still holds."""
    if not SignalDay.objects.filter(pk=night.pk, held=True).update(held=False, released_by=by):
        return
    rule, day = night.rule, night.day
    parsed = parse(rule.rule)
    frame = _frame(parsed, day)
    standing = Signal.objects.filter(rule=rule, closed_on=None).values("customer")
    holds = SignalHold.objects.filter(rule=rule, since__lte=day).exclude(customer__in=standing)
    held = set(holds.values_list("customer_id", flat=True)) & set(frame.ids[mask(parsed, frame)].tolist())
    _open(rule, frame, sorted(held))


@transaction.atomic
def snooze(*, signal: Signal, until: date, reason: str, by: User, at: datetime) -> None:
    """Put an open signal away until a day. Raises ValidationError."""
    if until <= clock.today(at):
        raise ValidationError({"until": _("Choose a day after today.")})
    _settle(signal, reason, by, snoozed_until=until)


@transaction.atomic
def dismiss(*, signal: Signal, reason: str, by: User, at: datetime) -> None:
    """Say that a signal is none: it opens again only after the rule has cleared. Raises ValidationError."""
    _settle(signal, reason, by, closed_on=clock.today(at), outcome=Signal.Outcome.DISMISSED)


def _settle(signal: Signal, reason: str, by: User, **changes: Any) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    (text,) = timeline.write_texts(texts=[(signal.customer_id, None, reason)])
    Signal.objects.filter(pk=signal.pk, closed_on=None).update(reason=text, by=by, **changes)


def _plain(value: Any) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    return None if np.isnan(value) else round(float(value), 6)
