"""What senders may send that nobody expects: each message is taken or refused with its reason, by itself."""

import json
from datetime import UTC, datetime

import pytest

from usage.domain.intake.reading import Envelope, Refused, read
from usage.domain.intake.unpacking import Unreadable, unpack

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def arrives(message, **envelope):
    return read(message, Envelope(NOW, **envelope))


@pytest.mark.parametrize(
    ("message", "reason", "detail"),
    [
        ({"type": "alias", "userId": "u1"}, "no_previous", ""),
        ({"type": "group", "userId": "u1"}, "no_group", ""),
        ({"type": "page", "userId": True}, "bad_field", "userId"),
        ({"type": "page", "userId": "u", "timestamp": "1999-01-01"}, "bad_time", "1999-01-01"),
        ({"type": "page", "userId": "u", "timestamp": "2026-03-09"}, "bad_time", "2026-03-09"),
        ({"type": "page", "userId": "u", "timestamp": "9999-12-31", "sentAt": "2000-01-01"}, "bad_time", "9999-12-31"),
    ],
)
def test_what_makes_no_sense_is_refused(message, reason, detail):
    found = arrives(message)
    assert isinstance(found, Refused)
    assert (found.reason, found.detail[: len(detail)]) == (reason, detail)


def test_an_id_may_be_a_number():
    assert arrives({"type": "page", "userId": 7}).person == arrives({"type": "page", "userId": "7"}).person


@pytest.mark.parametrize("value", [True, "", None, {"id": 3}, []])
def test_a_company_is_a_word_or_a_number(value):
    message = {"type": "page", "userId": "u", "traits": {"company": value}, "properties": {"company": "c7"}}
    assert arrives(message, company_traits=["company"]).trait_id == "c7"


def test_what_is_no_text_is_kept_beside_what_is_cleaned():
    body = json.dumps({"type": "page", "userId": "a\0b", "properties": {"n": 3, "on": [True, None]}}).encode()
    (message,) = unpack(body, encoding="identity", path="page").messages
    assert message == {"type": "page", "userId": "a\ufffdb", "properties": {"n": 3, "on": [True, None]}}


def test_other_ways_to_pack_are_refused():
    with pytest.raises(Unreadable) as refused:
        unpack(b"{}", encoding="br", path="batch")
    assert refused.value.status == 415
