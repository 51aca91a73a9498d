from data.models.erasure import Erasure, Retention
from data.models.importing import Import, ImportedRow, ImportFile, ImportPiece, KeptMapping
from data.models.journal import ImportedChange, ImportedPerson, ImportedUsage
from data.models.load_run import LoadRun
from data.models.web_hook import HookCall, WebHook

__all__ = [
    "Erasure",
    "HookCall",
    "Import",
    "ImportFile",
    "ImportPiece",
    "ImportedChange",
    "ImportedPerson",
    "ImportedRow",
    "ImportedUsage",
    "KeptMapping",
    "LoadRun",
    "Retention",
    "WebHook",
]
