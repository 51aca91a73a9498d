"""Who asks what, and what they are answered, in one word."""

import copy
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from accounts.domain import keys
from accounts.models import Role, Team, User
from accounts.tests.signing import signed_in
from core import clock

PEOPLE = ("anonymous", "csm", "other", "lead", "administrator", "analyst")
PROGRAMS = ("none", "read", "write", "intake", "of-other-team")
Ask = Callable[[str, str], str]


def word(answer: HttpResponseBase) -> str:
    """``in``: is led to the sign-in; ``ok``: is let through, whatever becomes of the request; else the status."""
    if answer.status_code == 302 and answer["Location"].startswith(("/accounts/login/", "/admin/login/")):
        return "in"
    assert answer.status_code < 500 or answer.status_code == 503, answer
    return str(answer.status_code) if answer.status_code in {401, 403, 404, 405} else "ok"


def people(team: Team, other: Team) -> dict[str, Ask]:
    """The six of the matrix: ``csm`` and ``lead`` are of the team whose customer is asked for, ``other`` is not."""
    found = {"anonymous": Client(raise_request_exception=False)}
    for name in PEOPLE[1:]:
        user = User.objects.create(
            email=f"{name}@matrix.test", name=name, role=Role.CSM if name == "other" else name, time_zone="UTC"
        )
        user.teams.set([other if name == "other" else team] if name in {"csm", "other", "lead"} else [])
        found[name] = signed_in(Client(raise_request_exception=False), user)
    return {name: _asker(client, {}) for name, client in found.items()}


def programs(team: Team, other: Team) -> dict[str, Ask]:
    found: dict[str, Ask] = {"none": _asker(Client(), {})}
    for name in PROGRAMS[1:]:
        scope, of = ("write", other) if name == "of-other-team" else (name, None)
        made = keys.create(scope=scope, at=clock.now(), name=name, team=of)
        found[name] = _asker(Client(), {"authorization": f"Bearer {made.secret}"})
    return found


def _asker(client: Client, headers: dict[str, str]) -> Ask:
    def ask(method: str, path: str) -> str:
        content: dict[str, Any] = (
            {"data": "{}", "content_type": "application/json"} if headers or "/api/" in path else {}
        )
        kept = copy.deepcopy(client.cookies)  # who signs out is signed in again for the next
        with transaction.atomic():
            answer = client.generic(method, path, headers=headers, **(content if method not in {"GET"} else {}))
            transaction.set_rollback(True)
        client.cookies = kept
        return word(answer)

    return ask
