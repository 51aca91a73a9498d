import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered random identifier (RFC 9562, version 7), safe to show in addresses."""
    stamp = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10), "big")
    value = (stamp & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (rand >> 68) << 64 | 0b10 << 62 | rand & (1 << 62) - 1
    return UUID(int=value)


def as_uid(text: str) -> UUID | None:
    """The identifier that ``text`` spells; None where it spells none."""
    try:
        return UUID(text)
    except ValueError:
        return None


# ``uuid7`` as an SQL expression, for rows that the database makes: the stamp is that of the statement.
UUID7_SQL = (
    "overlay(overlay(gen_random_uuid()::text PLACING '7' FROM 15) PLACING (SELECT left(stamp, 8) || '-' ||"
    " right(stamp, 4) FROM (SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')"
    " AS stamp) s) FROM 1 FOR 13)::uuid"
)
