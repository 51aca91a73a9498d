from usage.measures import first_days, limits, people, sums, window
from usage.measures.window import ALIVE, SEEN, WINDOW

__all__ = ["ALIVE", "SEEN", "WINDOW", "first_days", "limits", "people", "sums", "window"]
