"""The pages of a contact: a GET shows, a POST by a person counts, a robot's answer is put aside."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from core.models import Event, Mail
from customers.models import Contact, Suppression, TimelineEntry
from customers.tests.factories import ContactFactory
from surveys import words
from surveys.domain import answering, planning, publishing, tokens
from surveys.domain.answering import Answer
from surveys.models import Ask, Invitation, Look, Response, Suspect
from surveys.queries.nps import nps
from surveys.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
START = "2026-03-02T10:00:00Z"


@pytest.fixture
def traveller():
    with time_machine.travel(START, tick=False) as moving:
        yield moving


@pytest.fixture
def lead():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def live(lead):
    survey = SurveyFactory(name="Relationship")
    publishing.publish(survey=survey, by=lead, at=clock.now())
    return survey


@pytest.fixture
def ask(live, traveller):
    contact = ContactFactory(email="ana@example.com", language="uk")
    made = Ask.objects.create(
        survey=live,
        edition=live.editions.first(),
        customer=contact.customer,
        contact=contact,
        state=Ask.State.SENT,
        sent_at=clock.now(),
        valid_until=clock.now() + timedelta(days=30),
    )
    tokens.keep([(made, 1)])
    return made


@pytest.fixture
def address(ask):
    return f"/s/{tokens.make(ask, tokens.ANSWER, 1)}"


class Person:
    """Somebody with a browser who takes their time."""

    def __init__(self, traveller, agent=BROWSER):
        self.client, self.traveller, self.agent = Client(headers={"user-agent": agent}), traveller, agent

    def open(self, address):
        answer = self.client.get(address)
        self.fields = dict(re.findall(r'name="(form|hands|driven|website)" value="([^"]*)"', answer.content.decode()))
        return answer

    def send(self, address, score, pause=5, **fields):
        self.traveller.shift(timedelta(seconds=pause))
        return self.client.post(address, {**self.fields, "score": score, **fields})

    def answer(self, address, score, **fields):
        self.open(f"{address}?score={score}")
        return self.send(address, score, **fields)


@pytest.fixture
def ana(traveller):
    return Person(traveller)


def answers():
    return list(Response.objects.as_of(clock.AsOf.live()).values_list("score", flat=True))


def test_looking_never_counts_and_shows_the_clicked_score(ana, ask, address):
    page = ana.open(f"{address}?score=9").content.decode()
    assert re.search(r'value="9" required checked', page)
    assert page.count('type="radio"') == 11
    assert '<html lang="uk">' in page and "Наскільки ймовірно" in page and "Що вам подобається" in page
    assert ana.client.head(f"{address}?score=9").status_code == 200
    assert (answers(), Event.objects.filter(type=answering.ANSWERED).count()) == ([], 0)
    assert Look.objects.count() == 1


def test_a_person_answers_and_the_measure_the_timeline_and_the_event_know_it(ana, ask, address):
    reply = ana.answer(address, 10, comment="Все чудово")
    assert (reply.status_code, answers()) == (303, [10])
    assert "Вашу відповідь отримано" in ana.client.get(reply["Location"]).content.decode()
    response = Response.objects.get()
    assert response.text.body == "Все чудово"
    assert response.invitation.uid == ask.uid
    told = Event.objects.get(type=answering.ANSWERED).payload
    assert (told["customer"], told["score"], told["class"]) == (ask.customer_id, 10, "promoter")
    assert TimelineEntry.objects.filter(kind="survey_answered", customer=ask.customer).count() == 1


def test_an_answer_can_be_changed_until_the_end(ana, ask, address, traveller):
    ana.answer(address, 10, comment="Good")
    page = ana.open(address).content.decode()
    assert 'value="10" required checked' in page and ">Good</textarea>" in page
    ana.send(address, 3)
    assert answers() == [3]
    assert Response.objects.count() == 2 and Invitation.objects.count() == 1
    traveller.shift(timedelta(days=31))
    over = ana.client.get(address)
    assert over.status_code == 410 and "Опитування завершено" in over.content.decode()
    assert ana.client.post(address, {"score": 1}).status_code == 410


def test_a_closed_survey_takes_no_answer(ana, ask, address, live, lead):
    ana.open(address)
    publishing.close(survey=live, by=lead, at=clock.now())
    assert ana.send(address, 9).status_code == 410
    assert answers() == []


def test_a_token_is_good_for_its_purpose_only(client, ask, address):
    stop = tokens.make(ask, tokens.UNSUBSCRIBE, 1)
    assert client.get(f"/s/{stop}").status_code == 404
    assert client.get(f"{address}/unsubscribe").status_code == 404
    assert client.get(f"{address[:-1]}x").status_code == 404
    assert client.get("/s/never-made", headers={"accept-language": "zh-CN,zh;q=0.9"}).status_code == 404
    assert "链接" in client.get("/s/x", headers={"accept-language": "zh-CN"}).content.decode()


@pytest.mark.parametrize(
    ("pause", "fields", "agent", "mark"),
    [
        (0.4, {}, BROWSER, "haste"),
        (5, {"website": "http://spam.example"}, BROWSER, "trap"),
        (5, {"form": "forged"}, BROWSER, "no_form"),
        (5, {"driven": "1"}, BROWSER, "driven"),
        (5, {}, BROWSER.replace("Chrome", "HeadlessChrome"), "driven"),
        (5, {"hands": "0"}, BROWSER, "no_hands"),
    ],
)
def test_a_robots_marks_put_an_answer_aside(traveller, ask, address, pause, fields, agent, mark):  # noqa: PLR0917
    robot = Person(traveller, agent)
    reply = robot.answer(address, 2, pause=pause, comment="spam", **fields)
    assert reply.status_code == 200 and 'role="alert"' in reply.content.decode()
    assert answers() == []
    suspect = Suspect.objects.get()
    assert (suspect.marks, suspect.score, suspect.text.body) == ([mark], 2, "spam")


def test_a_suspect_answer_is_not_in_the_way_of_the_persons_own(traveller, ana, ask, address):
    Person(traveller, "HeadlessChrome").answer(address, 0)
    ana.answer(address, 9, hands="7")
    assert answers() == [9]
    assert Suspect.objects.count() == 1


def test_whoever_was_mistaken_for_a_robot_presses_once_more(ana, ask, address):
    reply = ana.answer(address, 9, pause=0.3, comment="quick")
    page = reply.content.decode()
    assert "Натисніть ще раз" in page and ">quick</textarea>" in page
    ana.fields = dict(re.findall(r'name="(form|hands|driven|website)" value="([^"]*)"', page))
    ana.send(address, 9, comment="quick")
    assert answers() == [9]


def test_several_scores_in_a_second_are_a_scanner(traveller, ask, address):
    scanner = Person(traveller)
    forms = []
    for score in range(11):
        scanner.open(f"{address}?score={score}")
        forms.append(dict(scanner.fields))
        traveller.shift(timedelta(seconds=0.1))
    for score, fields in enumerate(forms):
        scanner.fields = fields
        scanner.send(address, score, pause=5)
    assert answers() == []
    assert all("burst" in one.marks for one in Suspect.objects.filter(score__in=range(1, 10)))


def test_who_posts_one_score_after_the_other_is_taken_back(traveller, ask, address):
    slow = Person(traveller)
    for score in range(6):
        slow.answer(address, score, pause=4)
    assert answers() == []
    assert nps(Response.objects.as_of(clock.AsOf.live())).answers == 0
    assert Ask.objects.get(pk=ask.pk).answered_at is None


def test_a_person_who_hesitates_is_no_scanner(ana, ask, address, traveller):
    for score in (9, 8, 10):
        ana.open(f"{address}?score={score}")
        traveller.shift(timedelta(seconds=2))
    ana.send(address, 10)
    assert answers() == [10]


def test_unsubscribing_takes_a_post(client, ask):
    address = f"/s/{tokens.make(ask, tokens.UNSUBSCRIBE, 1)}/unsubscribe"
    assert "Відписати" in client.get(address).content.decode()
    assert not Suppression.objects.exists()
    reply = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200 and "Вас відписано" in reply.content.decode()
    assert Contact.objects.get().consent == "withdrawn"
    assert Suppression.objects.get().reason == "unsubscribed"


def test_no_score_or_one_beside_the_scale_is_asked_for_again(ana, ask, address):
    for score in ("", "11", "-1", "nine"):
        ana.open(address)
        assert ana.send(address, score).status_code == 422
    assert answers() == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_page_is_small_speaks_the_language_and_tells_no_other_site(client, ask, address, language):
    Contact.objects.update(language=language)
    reply = client.get(address)
    page = reply.content.decode()
    assert words.PHRASES[language]["send"] in page
    assert reply["Referrer-Policy"] == "no-referrer"
    assets = sum(len(_static(name)) for name in ("answer.css", "answer.js"))
    assert len(reply.content) + assets < 30_000
    assert "http" not in re.sub(r'content="[^"]*"', "", page)


def _static(name):
    from pathlib import Path

    return (Path(__file__).parent.parent / "static/surveys" / name).read_bytes()


def test_an_answer_that_overtakes_the_settlement_of_its_mail_makes_the_invitation(ask, traveller):
    Ask.objects.update(state=Ask.State.WAITING, sent_at=None, valid_until=None)
    ask.refresh_from_db()
    answering.answer(ask=ask, answer=Answer(score=9), at=clock.now())
    assert answering.sent(ask, clock.now()) == Invitation.objects.get()


def test_a_link_from_a_csm_and_a_call(live, lead, client, traveller):
    contact = ContactFactory(email="")
    token = planning.link(survey=live, contact=contact, by=lead, at=clock.now())
    assert client.get(f"/s/{token}").status_code == 200
    assert not Mail.objects.exists()
    said = answering.take_by_phone(survey=live, contact=contact, answer=Answer(score=4), by=lead, at=clock.now())
    assert (said.channel, said.invitation) == ("phone", None)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_each_language_says_everything_with_the_same_places(language):
    def places(phrases):
        return {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in phrases.items()}

    assert places(words.PHRASES[language]) == places(words.PHRASES["en"])


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN", "zh-hans"), ("zh_TW", "zh-hant"), ("zh-Hant-HK", "zh-hant"), ("uk-UA", "uk"), ("EN", "en"), ("", "en")],
)
def test_languages_are_understood_as_others_write_them(wanted, language):
    assert words.language_of(wanted) == language
