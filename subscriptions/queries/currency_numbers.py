"""A currency as a number of its three letters: columns of numbers hold it, and name it again."""

from typing import Final

# Of a column, as SQL.
NUMBER: Final = "ascii({0}) * 65536 + ascii(substr({0}, 2)) * 256 + ascii(substr({0}, 3))"


def number_of(currency: str) -> int:
    first, second, third = currency.encode()
    return first << 16 | second << 8 | third


def code(number: int) -> str:
    """The currency of a number."""
    return bytes([number >> 16, number >> 8 & 255, number & 255]).decode()
