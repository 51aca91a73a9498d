from data.models.importing import Import, ImportedRow, ImportFile, ImportPiece, KeptMapping
from data.models.load_run import LoadRun

__all__ = ["Import", "ImportFile", "ImportPiece", "ImportedRow", "KeptMapping", "LoadRun"]
