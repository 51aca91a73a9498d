"""The files of an import, kept in the database in pieces."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from data.models import Import, ImportFile, ImportPiece

PIECE: Final = 1 << 20
MOST_BYTES: Final = 1 << 30
NAME_LENGTH: Final = 120


class CannotRead(Exception):
    """What was sent can't be taken in. The message says why, and what to do."""


def keep(*, of: Import, kind: str, name: str, chunks: Iterable[bytes], **fields: object) -> ImportFile:
    """Keep a file. Raises CannotRead where it is larger than what we take."""
    file = ImportFile.objects.create(of=of, kind=kind, name=safe(name), **fields)
    size = 0
    for number, piece in enumerate(_pieces(chunks)):
        size += len(piece)
        if size > MOST_BYTES:
            raise CannotRead(_("%(file)s is larger than %(size)s.") % {"file": file.name, "size": "1 GB"})
        ImportPiece.objects.create(file=file, number=number, content=piece)
    file.size = size
    file.save(update_fields=["size"])
    return file


def _pieces(chunks: Iterable[bytes]) -> Iterable[bytes]:
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)


def keep_path(*, of: Import, kind: str, name: str, path: Path, **fields: object) -> ImportFile:
    with path.open("rb") as file:
        return keep(of=of, kind=kind, name=name, chunks=iter(lambda: file.read(PIECE), b""), **fields)


def content(file: ImportFile, *, most: int | None = None) -> Iterable[bytes]:
    """The pieces in order, at least ``most`` bytes of them where there are that many."""
    pieces = ImportPiece.objects.filter(file=file).order_by("number").values_list("content", flat=True)
    if most is not None:
        pieces = pieces[: -(-most // PIECE)]
    return (bytes(one) for one in pieces.iterator(chunk_size=4))


def write_out(file: ImportFile, path: Path, *, most: int | None = None) -> None:
    with path.open("wb") as out:
        for piece in content(file, most=most):
            out.write(piece)


def drop(of: Import, *, kinds: Iterable[str] = (ImportFile.Kind.SENT, ImportFile.Kind.TABLE)) -> None:
    """Let go of the contents, with the cells that were shown of them: they may name people."""
    files = ImportFile.objects.filter(of=of, kind__in=list(kinds))
    ImportPiece.objects.filter(file__in=files).delete()
    for file in files:
        kept = {name: file.profile[name] for name in ("headers", "rows") if name in file.profile}
        ImportFile.objects.filter(pk=file.pk).update(profile=kept)


def safe(name: str) -> str:
    """The name of a file, without a way out of its folder."""
    plain = "".join(
        one if one.isprintable() and one not in '/\\:*?"<>|' else "_" for one in name.replace("\\", "/").split("/")[-1]
    )
    return plain.lstrip(".")[-NAME_LENGTH:] or "file.csv"
