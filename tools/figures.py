"""Measured figures with targets, one JSON line each: what `make bench` and `make faults` print.

    figures = Figures()

    @figures.measured("scoring")
    def scoring() -> Iterator[Figure]:
        yield at_most("scoring.ratio", seconds / bare_seconds, "×", 3)

`ONLY=scoring` runs one measurement, `ONLY=scoring.ratio` prints one figure of it.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value. Without a target it informs and is always met; `also` is printed beside it."""

    name: str
    value: float
    unit: str
    target: float | None = None
    met: bool = True
    also: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        value = round(self.value, 4)
        plain = {"name": self.name, "value": value, "unit": self.unit, "target": self.target, "met": self.met}
        return json.dumps({**plain, **self.also})


def info(name: str, value: float, unit: str) -> Figure:
    return Figure(name, value, unit)


def at_most(name: str, value: float, unit: str, target: float, **also: Any) -> Figure:
    return Figure(name, value, unit, target, value <= target, also)


def at_least(name: str, value: float, unit: str, target: float, **also: Any) -> Figure:
    return Figure(name, value, unit, target, value >= target, also)


Measurement = Callable[[], Iterable[Figure]]


class Figures:
    """The measurements of one command, in the order they were declared."""

    def __init__(self) -> None:
        self._all: dict[str, Measurement] = {}

    def measured(self, name: str) -> Callable[[Measurement], Measurement]:
        def register(measurement: Measurement) -> Measurement:
            self._all[name] = measurement
            return measurement

        return register

    @property
    def names(self) -> list[str]:
        return list(self._all)

    def run(self, only: str = "") -> int:
        """Take and print the figures. Returns the exit code: 0 when every target is met."""
        chosen = {name: take for name, take in self._all.items() if only in ("", name) or only.startswith(f"{name}.")}
        if not chosen:
            sys.stderr.write(f"No figure is called {only}. There are: {', '.join(self._all)}\n")
            return 2
        wanted = "" if only in chosen else only
        met = [_take(name, take, wanted) for name, take in chosen.items()]
        return int(not all(met))


def only() -> str:
    """What the caller restricted the run to, or ''."""
    return os.environ.get("ONLY", "")


def _take(name: str, measurement: Measurement, wanted: str) -> bool:
    met = True
    try:
        for figure in measurement():
            if wanted in ("", figure.name):
                sys.stdout.write(f"{figure.line()}\n")
                sys.stdout.flush()
                met = met and figure.met
    except Exception:  # a measurement that breaks is a target missed, and the others still count
        traceback.print_exc()
        sys.stdout.write(f"{Figure(name, 0, 'failed', None, met=False).line()}\n")
        return False
    return met
