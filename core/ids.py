import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered random identifier (RFC 9562, version 7), safe to show in addresses."""
    stamp = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10), "big")
    value = (stamp & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (rand >> 68) << 64 | 0b10 << 62 | rand & (1 << 62) - 1
    return UUID(int=value)
