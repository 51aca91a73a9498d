"""Every address once more, as a CSM who may not see money: none of them tells what a customer pays."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook

from accounts.domain import keys
from accounts.models import RoleRule, User
from accounts.tests.signing import signed_in
from core import clock
from core.files import FORMATS, SHEET
from customers.models import Standing
from tests.authorisation.addresses import Address
from tests.authorisation.test_matrix import LINES

PAYS = 48_213
TELLS = re.compile(r"[$€£]\s?\d|(?<![\d,.])48[,.]?213(?![\d])")
TAG = re.compile(r"<[^>]+>")
NOT_OURS = (
    "accounts/",
    "admin/",
    "hooks/",
    "^hooks/",
    "s/",
    "static/",
    "styleguide/",
    "appearance/",
    "proof/",
    "setup/begin",
    "readyz",
)
FILES = ("/customers/", "/customers/contacts/", "/customers/answers/", "/customers/runs/", "/health/book/")
FIGURES = ("score", "mrr", "mrr_at_risk", "mrr_change_90", "overdue_invoices")


@pytest.fixture
def hidden(asked) -> Iterator[tuple[object, Client, Client]]:
    """The world, a CSM who sees no money, and a key of their team."""
    world, _who = asked
    with transaction.atomic():
        RoleRule.objects.update_or_create(role="csm", defaults={"sees_money": False})
        Standing.objects.update(mrr=PAYS, mrr_at_risk=PAYS)
        made = keys.create(scope="read", at=clock.now(), name="hidden", team=world.customer.team)
        csm = signed_in(Client(), User.objects.get(email="csm@matrix.test"))
        yield world, csm, Client(headers={"authorization": f"Bearer {made.secret}"})
        transaction.set_rollback(True)


def told(client: Client, paths: list[str]) -> dict[str, list[str]]:
    """What tells an amount, by address: in pages, files and answers."""
    found = {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code < 500, path
        text = text_of(answer)
        if answer.status_code == 200 and (seen := TELLS.findall(text) + TELLS.findall(TAG.sub("", text))):
            found[path] = seen
    return found


def text_of(answer: HttpResponse) -> str:
    """All that stands in an answer, in the cells of a workbook too."""
    body = answer.getvalue()
    if answer.get("Content-Type") != SHEET:
        return body.decode(errors="replace")
    return "\n".join(f"{cell}" for sheet in load_workbook(BytesIO(body)) for row in sheet.values for cell in row)


def opened(world, *, api: bool) -> list[str]:
    lines = [one for one in LINES if one.method == "GET" and one.address.is_api == api]
    ours = [one for one in lines if not one.address.route.startswith(NOT_OURS)]
    return [world.path(one.address if one.address.route != "/" else Address("")) for one in ours]


def test_no_page_tells_what_a_customer_pays(hidden) -> None:
    world, csm, _key = hidden
    pages = opened(world, api=False)
    customer = world.customer.get_absolute_url()
    assert len(pages) > 100
    assert told(csm, [*pages, *(f"{customer}figures/{key}/" for key in FIGURES), f"{customer}?kind=mrr_moved"]) == {}


@pytest.mark.parametrize("role", ["lead", "analyst"])
def test_no_file_does_whoever_takes_it_home(hidden, role: str) -> None:
    RoleRule.objects.update_or_create(role=role, defaults={"sees_money": False})
    client = signed_in(Client(), User.objects.get(email=f"{role}@matrix.test"))
    assert told(client, [f"{path}?format={one}&sort=-mrr" for path in FILES for one in FORMATS]) == {}


def test_no_answer_of_the_api_does(hidden) -> None:
    world, _csm, key = hidden
    assert told(key, opened(world, api=True)) == {}


def test_whoever_sees_money_is_told(hidden) -> None:
    world, csm, _key = hidden
    RoleRule.objects.filter(role="csm").update(sees_money=True)
    some = ["/customers/", "/health/book/", world.customer.get_absolute_url()]
    assert set(told(csm, some)) == set(some)
