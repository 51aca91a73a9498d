"""One voice for several programs: each line with the name of who says it."""

import io
import os
import sys

COLOURS = {"holdfast": "1", "web": "36", "worker": "33", "beat": "35", "broker": "32", "css": "34"}
WIDTH = max(map(len, COLOURS))


def say(text: str, name: str = "holdfast") -> None:
    for line in text.splitlines() or [""]:
        sys.stdout.write(f"{_prefix(name)} {line}\n")
    sys.stdout.flush()


def _prefix(name: str) -> str:
    label = f"{name:<{WIDTH}} │"
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\033[{COLOURS.get(name, '0')}m{label}\033[0m" if coloured else label


class Voice(io.TextIOBase):
    """A text stream whose lines are said."""

    def write(self, text: str) -> int:
        if text.strip():
            say(text.rstrip())
        return len(text)
