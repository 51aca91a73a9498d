from data.models.erasure import Erasure, Retention
from data.models.importing import Import, ImportedRow, ImportFile, ImportPiece, KeptMapping
from data.models.load_run import LoadRun

__all__ = [
    "Erasure",
    "Import",
    "ImportFile",
    "ImportPiece",
    "ImportedRow",
    "KeptMapping",
    "LoadRun",
    "Retention",
]
