"""The card that a customer of Stripe pays with: a pure function of what is known of their cards."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from subscriptions.stripe.known import Data, Known, State, id_of
from subscriptions.stripe.terms import Day


@dataclass(frozen=True, slots=True)
class Good:
    """A card, and the last day it can be paid with."""

    label: str
    expires_on: date


def card(customer: Data, known: Known, day: Day) -> Good | None:
    """The one that is paid with, else the one known last. One that was removed was good until then."""
    found = [state for kind in ("card", "payment_method") for state in known.all(kind) if _expires(state)]
    if not found:
        return None
    settings = customer.get("invoice_settings") or {}
    chosen = {id_of(settings.get("default_payment_method")), id_of(customer.get("default_source"))} - {""}
    best = max(found, key=lambda state: (not state.deleted, state.id in chosen, state.at, state.id))
    expires = _expires(best)
    assert expires is not None
    data = _data(best)
    label = f"{str(data.get('brand') or 'card').title()} ·· {data.get('last4') or ''}".strip(" ·")[:40]
    return Good(label, min(expires, day(best.at)) if best.deleted else expires)


def _data(state: State) -> Data:
    inner = state.data.get("card")
    return inner if isinstance(inner, dict) else state.data


def _expires(state: State) -> date | None:
    data = _data(state)
    if not data.get("exp_year") or not data.get("exp_month"):
        return None
    year, month = int(data["exp_year"]), int(data["exp_month"])
    return date(year, month, monthrange(year, month)[1])
