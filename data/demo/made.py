import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Progress = Callable[[str], None]


@dataclass(slots=True)
class Made:
    """What was written: how many seconds each phase took, and how many rows of usage there are."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    usage: int = 0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.progress(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started
