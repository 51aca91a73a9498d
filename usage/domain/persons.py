from hashlib import sha256

SQL = "('x' || encode(substr(sha256(convert_to({}, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint"


def hashed(person: str) -> int:
    """The number that stands for a person in usage: no name or address is kept. ``SQL`` is the same in the database."""
    return int.from_bytes(sha256(person.encode()).digest()[:8], signed=True)
