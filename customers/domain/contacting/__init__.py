"""The one contact policy: who may be written to, and when. Asked at planning, and again when a mail leaves."""

from customers.domain.contacting.policy import Nature, Verdict, decide, next_open
from customers.domain.contacting.sending import reserve
from customers.domain.contacting.suppressing import digest, lift, suppress, unsubscribe

__all__ = [
    "Nature",
    "Verdict",
    "decide",
    "digest",
    "lift",
    "next_open",
    "reserve",
    "suppress",
    "unsubscribe",
]
