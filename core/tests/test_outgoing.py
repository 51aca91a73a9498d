"""Posts to others: never into our own network."""

import pytest

from core import outgoing


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"],
)
def test_inner_addresses_are_refused(address: str) -> None:
    with pytest.raises(outgoing.Refused, match="not a public address"):
        outgoing.public_address(address, 443)


def test_plain_http_is_refused() -> None:
    with pytest.raises(outgoing.Refused, match="https"):
        outgoing.post("http://93.184.216.34/in", b"{}", {})
