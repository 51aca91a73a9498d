"""Who a mail was written to: each app that writes to contacts says it of its own mails, so that answers find back."""

from collections.abc import Callable
from uuid import UUID

# What was written, by its uid → the customer and the contact that it went to; None where there is no such mail.
Find = Callable[[UUID], tuple[int, int] | None]
THREADS: dict[str, Find] = {}


def thread(kind: str) -> Callable[[Find], Find]:
    """Register how a mail of ``kind``, a short word of letters, is found again by its uid."""

    def register(find: Find) -> Find:
        THREADS[kind] = find
        return find

    return register
