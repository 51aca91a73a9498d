from collections.abc import Sequence

from core.consumers import consumes
from core.models import Event
from data.domain.hooks import calls
from data.domain.hooks.types import TYPES


@consumes(*TYPES, name="data.web_hooks")
def tell(events: Sequence[Event]) -> None:
    calls.plan(events)
