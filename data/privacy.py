from collections.abc import Mapping
from typing import Any

from core.privacy import PERSONAL, PLAIN, Privacy, Subject

FIELDS: dict[str, Privacy] = {
    "Erasure.counts": PLAIN,
    "Erasure.digest": PLAIN,  # of a random identifier
    "HookCall.body": PLAIN,  # ids and plain values: what an event says
    "HookCall.tries": PLAIN,
    "Import.mapping": PLAIN,
    "Import.problem": PLAIN,
    "Import.progress": PLAIN,
    "Import.report": PLAIN,
    "Import.source": PLAIN,
    "ImportFile.encoding": PLAIN,
    "ImportFile.name": PLAIN,
    "ImportFile.profile": PERSONAL,  # some cells as they stand; dropped with the pieces
    "ImportFile.separator": PLAIN,
    "ImportPiece.content": PERSONAL,  # the files themselves; dropped when the import is over, or after two weeks
    "ImportedChange.after": PERSONAL,  # names of contacts; dropped with the contact, and when no undo is left
    "ImportedChange.before": PERSONAL,
    "ImportedChange.noun": PLAIN,
    "ImportedRow.noun": PLAIN,
    "KeptMapping.headers": PLAIN,
    "KeptMapping.noun": PLAIN,
    "KeptMapping.source": PLAIN,
    "KeptMapping.table": PLAIN,
    "LoadRun.noun": PLAIN,
    "WebHook.name": PLAIN,
    "WebHook.secret": PLAIN,  # encrypted
    "WebHook.types": PLAIN,
    "WebHook.url": PLAIN,
}


def held(subject: Subject) -> dict[str, list[Mapping[str, Any]]]:
    from data.domain.imports import journal

    return {"changes by imports": journal.held(subject)}
