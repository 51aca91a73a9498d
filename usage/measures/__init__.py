from usage.measures import people, window
from usage.measures.window import ALIVE, SEEN, WINDOW

__all__ = ["ALIVE", "SEEN", "WINDOW", "people", "window"]
