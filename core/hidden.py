"""What the one who asks may not see while their request lasts: whoever writes, sorts or ranks by it looks here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_money: ContextVar[bool] = ContextVar("money_hidden", default=False)


def is_money_hidden() -> bool:
    """Whether MRR and every other amount is to be left out."""
    return _money.get()


@contextmanager
def money_hidden(hidden: bool = True) -> Iterator[None]:
    token = _money.set(hidden)
    try:
        yield
    finally:
        _money.reset(token)
