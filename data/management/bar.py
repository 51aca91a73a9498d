import shutil
from typing import Final

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

WIDTH: Final = 30


class Bar:
    """One line on a terminal: which file, how much of it has been read, what is done with it now."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._name = ""
        self._size = self._read = 0
        self._shown = -1

    def file(self, name: str, size: int) -> None:
        self._name, self._size, self._read, self._shown = name, size, 0, -1
        self.read(0)

    def read(self, size: int) -> None:
        self._read += size
        part = min(self._read / self._size, 1) if self._size else 1
        if (percent := int(part * 100)) != self._shown:
            self._shown = percent
            filled = "█" * int(part * WIDTH)
            self._show(f"{self._name}  {filled:░<{WIDTH}} {percent:3d} %")

    def step(self, name: str, what: str) -> None:
        self._show(_("%(name)s  is being %(what)s …") % {"name": name, "what": what})

    def done(self) -> None:
        self._show("")

    def _show(self, text: str) -> None:
        width = shutil.get_terminal_size().columns
        self._out.write(f"\r\033[K{text[: width - 1]}", ending="")
        self._out.flush()
