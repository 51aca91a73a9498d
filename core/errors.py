"""What a domain call may refuse with, beside Django's ValidationError for bad input."""


class Stale(Exception):
    """Somebody else changed the row since it was read: show theirs, and ask again."""
