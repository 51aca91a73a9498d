import json
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from accounts.domain import keys
from accounts.models import Team
from core import clock


@dataclass
class Api:
    """A program with a key: ``api.get("customers/?limit=2")``."""

    secret: str = ""

    def __post_init__(self):
        self.client = Client()

    def send(self, method, path, body=None, **headers):
        address = path if path.startswith("http") else f"/api/v1/{path}"
        headers |= {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.generic(method, address, headers=headers, **content)

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.send("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.send("PATCH", path, body, **headers)

    def rows(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]


def api_with(scope, **given):
    return Api(keys.create(scope=scope, at=clock.now(), **given).secret)


@pytest.fixture
def reader(db):
    return api_with("read")


@pytest.fixture
def writer(db):
    return api_with("write")


@pytest.fixture
def north(db):
    return Team.objects.create(name="North")


@pytest.fixture
def of_north(north):
    """A key to write of one team."""
    return api_with("write", team=north)


@pytest.fixture(scope="module")
def company_database(demo, databases, django_db_setup, django_db_blocker):
    name = databases.clone(demo)
    with django_db_blocker.unblock(), databases.using(name):
        yield
    databases.drop(name)


@pytest.fixture
def company(company_database, django_db_blocker):
    """The small demo company, to look at: what a test writes is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
