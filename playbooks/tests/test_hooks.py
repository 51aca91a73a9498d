"""Web hooks of playbooks are signed, and tried again."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from core.outgoing import Refused
from playbooks.domain.run import hooks


def test_a_hook_can_be_checked_by_who_gets_it(receiver: tuple[str, list[Any]]) -> None:
    address, got = receiver
    hooks.deliver({"id": "1", "playbook": "abc", "url": f"{address}/in", "body": {"customer": "x"}})

    ((headers, body),) = got
    at, _comma, digest = headers["X-Holdfast-Signature"].partition(",")
    made = hmac.new(hooks.secret_of("abc").encode(), f"{at[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert digest == f"v1={made}"
    assert json.loads(body) == {"customer": "x"}
    assert headers["X-Holdfast-Id"] == "1"


def test_an_answer_that_is_no_yes_is_tried_again(receiver: tuple[str, list[Any]]) -> None:
    with pytest.raises(Refused, match="500"):
        hooks.deliver({"id": "1", "playbook": "abc", "url": f"{receiver[0]}/no", "body": {}})
