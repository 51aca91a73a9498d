from data.models.load_run import LoadRun

__all__ = ["LoadRun"]
