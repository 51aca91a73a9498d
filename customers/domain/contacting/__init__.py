"""The one contact policy: who may be written to, and when. Asked at planning, and again when a mail leaves."""

from customers.domain.contacting.policy import Nature, Verdict, decide, next_open
from customers.domain.contacting.sending import Wanted, reserve, reserve_all
from customers.domain.contacting.suppressing import digest, lift, suppress, unsubscribe

__all__ = [
    "Nature",
    "Verdict",
    "Wanted",
    "decide",
    "digest",
    "lift",
    "next_open",
    "reserve",
    "reserve_all",
    "suppress",
    "unsubscribe",
]
