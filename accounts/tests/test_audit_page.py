"""The page of the audit log: administrators read in words who changed what."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Key, Role, Team, User
from accounts.tests.factories import UserFactory
from core.actor import acting

pytestmark = pytest.mark.django_db
URL = "/audit/"


@pytest.fixture
def administrator():
    return UserFactory(name="Ada Minster", role=Role.ADMINISTRATOR)


@pytest.fixture
def reader(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def text(client, **asked):
    return client.get(URL, asked).content.decode()


@pytest.mark.parametrize("role", [Role.CSM, Role.LEAD, Role.ANALYST])
def test_nobody_else_reads_it(client, role):
    client.force_login(UserFactory(role=role))
    assert client.get(URL).status_code == 403


def test_a_change_stands_there_in_words(reader, administrator):
    person = UserFactory(name="Ben Cole", role=Role.CSM)
    with acting(f"user:{administrator.pk}", request="request-1"):
        User.objects.filter(pk=person.pk).update(role=Role.LEAD, is_active=False)
    shown = text(reader, who=f"user:{administrator.pk}")
    for words in ("Ada Minster", "changed", "Ben Cole", "Customer success manager", "Lead", "May sign in", "yes", "no"):
        assert words in shown
    assert "request-1" in shown


def test_it_is_narrowed_by_who_what_when_and_request(reader, administrator):
    with acting(f"user:{administrator.pk}", request="request-1"):
        Team.objects.create(name="Northern")
    with acting("user:0", request="request-2"):
        Team.objects.create(name="Southern")
    for asked in ({"who": f"user:{administrator.pk}"}, {"words": "request-1"}):
        shown = text(reader, **asked)
        assert "Northern" in shown and "Southern" not in shown
    assert "Northern" in text(reader, noun="accounts.Team")
    assert "Northern" not in text(reader, noun="accounts.Key")
    assert "Northern" not in text(reader, since="2100-01-01")
    assert "Northern" not in text(reader, until="2000-01-01")
    assert "Nothing fits" in text(reader, until="2000-01-01")


def test_what_makes_no_sense_asks_for_nothing(reader):
    Team.objects.create(name="Northern")
    assert "Northern" in text(reader, since="yesterday", noun="no.Noun", page="x")
    assert "Northern" in text(reader, until="9999-12-31")


def test_secrets_are_dots(reader):
    User.objects.create_user("ben@example.com", "a-Very-long-word-1", name="Ben")
    Key.objects.create(name="program", scope="read", shown="hf_1", digest="d" * 64, created_at="2026-01-01T00:00Z")
    shown = text(reader)
    assert "•••" in shown
    assert "d" * 64 not in shown and "md5$" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_as_many_statements_for_more_rows(reader, rows, django_assert_max_num_queries):
    for number in range(rows):
        UserFactory(name=f"Person {number}").teams.add(Team.objects.create(name=f"Team {number}"))
    reader.get(URL)
    with django_assert_max_num_queries(13):
        reader.get(URL)


def test_it_is_found_by_search_and_stands_in_the_settings(reader):
    assert reverse("audit:log") == URL
    assert URL in reader.get("/search/", {"q": "audit"}).content.decode()
