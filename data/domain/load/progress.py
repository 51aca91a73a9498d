from typing import Protocol


class Progress(Protocol):
    """Whoever wants to know how far a load is."""

    def file(self, name: str, size: int) -> None:
        """A file of ``size`` bytes begins to be read."""

    def read(self, size: int) -> None:
        """So many bytes more (fewer, where below 0) have been read."""

    def step(self, name: str, what: str) -> None:
        """Something else is done with a file: it is checked, or written."""

    def done(self) -> None:
        """Nothing more comes."""


class Silent:
    def file(self, name: str, size: int) -> None:
        return

    def read(self, size: int) -> None:
        return

    def step(self, name: str, what: str) -> None:
        return

    def done(self) -> None:
        return
