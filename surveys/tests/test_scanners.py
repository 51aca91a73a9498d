"""Plays docs/scanners.toml: no program leaves a score, each person's answer stands."""

import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from accounts.tests.factories import UserFactory
from core import clock
from customers.models import Contact
from customers.tests.factories import ContactFactory
from surveys.domain import open_links, publishing, tokens
from surveys.models import Ask, Response, Suspect
from surveys.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db

CORPUS = tomllib.loads((Path(__file__).parents[2] / "docs" / "scanners.toml").read_text())
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
FIELD = re.compile(r'name="(form|hands|driven|website)" value="([^"]*)"')


def test_the_corpus_is_large_enough():
    assert len(CORPUS["scanner"]) >= 15
    assert len({one["name"] for one in CORPUS["scanner"]}) == len(CORPUS["scanner"])


@pytest.fixture
def clockwork():
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as moving:
        yield moving


@pytest.fixture
def ask(clockwork):
    survey = SurveyFactory()
    publishing.publish(survey=survey, by=None, at=clock.now())
    contact = ContactFactory(email="ana@example.com")
    made = Ask.objects.create(
        survey=survey, edition=survey.editions.first(), customer=contact.customer, contact=contact,
        valid_until=clock.now() + timedelta(days=30),
    )  # fmt: skip
    tokens.keep([(made, 1)])
    return made


@pytest.fixture
def open_link(clockwork):
    survey = SurveyFactory()
    publishing.publish(survey=survey, by=None, at=clock.now())
    return open_links.make(survey=survey, customer=None, by=UserFactory(), at=clock.now())


class Player:
    def __init__(self, of, clockwork, told):
        self.told, self.clockwork, self.stop = told, clockwork, ""
        self.client = Client(headers={"user-agent": told.get("agent", BROWSER), **told.get("headers", {})})
        if isinstance(of, Ask):
            self.address = f"/s/{tokens.make(of, tokens.ANSWER, 1)}"
            self.stop = f"/s/{tokens.make(of, tokens.UNSUBSCRIBE, 1)}/unsubscribe"
        else:
            self.address = f"/s/open/{open_links.token(of)}"

    def play(self):
        for _ in range(self.told.get("times", 1)):
            if self.told.get("together"):
                self._together()
            else:
                for score in self._scores():
                    self._submit(score, self._look(score))
        if self.stop and self.told in CORPUS["scanner"]:
            self.client.get(self.stop)

    def _together(self):
        forms = [(score, self._look(score)) for score in self._scores()]
        if self.told["submit"] == "last":
            forms = forms[-1:]
        for score, form in forms:
            self._submit(score, form)

    def _scores(self):
        links = self.told.get("links", "all")
        return {"all": range(11), "first": [0], "last": [10]}.get(links, links) if isinstance(links, str) else links

    def _look(self, score):
        method = self.told.get("open", "GET")
        answer = self.client.generic(method, f"{self.address}?score={score}") if method else None
        self._pass(self.told.get("pause", 0))
        return dict(FIELD.findall(answer.content.decode())) if answer is not None else {}

    def _submit(self, score, form):
        how = self.told.get("submit", "")
        if not how:
            return
        self._pass(self.told.get("wait", 0))
        if how == "json":
            body = json.dumps({**form, "score": score})
            self.client.post(self.address, body, content_type="application/json")
        else:
            fields = {} if how == "bare" else {**form, **self.told.get("fields", {})}
            self.client.post(f"{self.address}?score={score}", {**fields, "score": score})

    def _pass(self, seconds):
        self.clockwork.shift(timedelta(seconds=seconds))


def standing():
    return list(Response.objects.as_of(clock.AsOf.live()).values_list("score", flat=True))


@pytest.mark.parametrize("told", CORPUS["scanner"], ids=lambda told: told["name"])
def test_no_program_leaves_a_score_or_stands_in_a_persons_way(ask, clockwork, told):
    Player(ask, clockwork, told).play()
    assert standing() == []
    assert Contact.objects.get().consent == "unknown"
    clockwork.shift(timedelta(minutes=10))
    Player(ask, clockwork, CORPUS["person"][0]).play()
    assert standing() == [9]


@pytest.mark.parametrize("told", CORPUS["person"], ids=lambda told: told["name"])
def test_every_person_counts(ask, clockwork, told):
    if "after" in told:
        Player(ask, clockwork, next(one for one in CORPUS["scanner"] if one["name"] == told["after"])).play()
        clockwork.shift(timedelta(seconds=told["gap"]))
    before = Suspect.objects.count()
    Player(ask, clockwork, told).play()
    assert standing() == [told["score"]]
    assert Suspect.objects.count() == before


@pytest.mark.parametrize("told", CORPUS["scanner"], ids=lambda told: told["name"])
def test_no_program_leaves_a_score_by_an_open_link(open_link, clockwork, told):
    Player(open_link, clockwork, told).play()
    assert standing() == []
    clockwork.shift(timedelta(minutes=10))
    Player(open_link, clockwork, CORPUS["person"][0]).play()
    assert standing() == [9]


@pytest.mark.parametrize("told", CORPUS["person"], ids=lambda told: told["name"])
def test_every_person_counts_by_an_open_link(open_link, clockwork, told):
    if "after" in told:
        Player(open_link, clockwork, next(one for one in CORPUS["scanner"] if one["name"] == told["after"])).play()
        clockwork.shift(timedelta(seconds=told["gap"]))
    before = Suspect.objects.count()
    Player(open_link, clockwork, told).play()
    assert standing() == [told["score"]]
    assert Suspect.objects.count() == before
