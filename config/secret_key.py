"""The key of an installation that was not given one."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def local_secret_key(data_dir: Path) -> str:
    """The key kept in the data directory; made there the first time. Raises ImproperlyConfigured where it can't be."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        _make(path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data directory {data_dir} can't be used ({error.strerror}). "
            "Give DATA_DIR a directory that this user may write."
        ) from error


def _make(path: Path) -> None:
    """Write a key unless there is one; of several processes at once, the first one's stays."""
    if path.exists():
        return
    mine = path.with_name(f"secret_key.{os.getpid()}")
    mine.touch(mode=0o600)
    mine.write_text(get_random_string(64, _LETTERS))
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
