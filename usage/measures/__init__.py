from usage.measures import depth, people, window
from usage.measures.window import ALIVE, SEEN, WINDOW

__all__ = ["ALIVE", "SEEN", "WINDOW", "depth", "people", "window"]
