"""Every figure of a results page opens to its rows, and can be read as of any past day."""

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest

from accounts.models import Role
from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from customers.models import Customer, SavedFilter
from customers.tests.factories import AttributeChangeFactory, ContactFactory, CustomerFactory, TextFactory
from surveys.queries import results
from surveys.queries.nps import Nps
from surveys.queries.results import Asked
from surveys.tests.factories import InvitationFactory, ResponseFactory, SurveyFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="([^"]*/rows/[^"]*)"')


def ago(days):
    return clock.today() - timedelta(days=days)


@pytest.fixture
def survey():
    """Six answers of a year: one changed, one of nobody known, one silent customer; two earlier ones."""
    made = SurveyFactory(name="Relationship")
    for n, (score, day) in enumerate([(10, 300), (9, 250), (7, 40), (2, 35), (10, 400), (3, 420)]):
        contact = ContactFactory(customer=CustomerFactory(industry=["Shops", "Banks"][n % 2]))
        sent = InvitationFactory(
            survey=made, customer=contact.customer, contact=contact, day=ago(day), known_on=ago(day)
        )
        plain = {"survey": made, "invitation": sent, "customer": contact.customer, "contact": contact}
        ResponseFactory(score=score, day=ago(day), known_on=ago(day), **plain)
        if score == 2:
            text = TextFactory(body="Better now", customer=contact.customer)
            ResponseFactory(score=9, day=ago(5), known_on=ago(5), text=text, **plain)
    ResponseFactory(survey=made, customer=None, contact=None, invitation=None, score=8, day=ago(30), known_on=ago(30))
    InvitationFactory(survey=made, day=ago(280), known_on=ago(280))
    return made


@pytest.fixture
def lead(client):
    client.force_login(user := UserFactory(role=Role.ADMINISTRATOR))
    return user


def rows_of(client, href):
    answer = client.get(f"{unescape(href)}&format=csv")
    assert answer.status_code == 200, href
    return list(csv.DictReader(StringIO(answer.content.decode())))


def page(client, survey, query=""):
    return client.get(f"/surveys/{survey.uid}/{query}").content.decode()


def test_each_figure_opens_to_as_many_rows_as_it_says(client, survey, lead):
    text = page(client, survey, "?by=industry")
    links = set(LINK.findall(text))
    assert len(links) > 20  # figures, classes, later, scores, months, groups
    for href in links:
        assert client.get(unescape(href)).status_code == 200, href
    found = client.get(f"/surveys/{survey.uid}/?by=industry").context["page"]
    answers = rows_of(
        client, next(one for one in links if "rows/answers/?by=industry" in one and one.endswith("industry"))
    )
    assert len(answers) == found.figures.nps.answers == 5
    by_class = {name: len([row for row in answers if row["Class"] == name]) for name in ("Promoters", "Passives")}
    assert by_class == {"Promoters": found.figures.nps.promoters, "Passives": found.figures.nps.passives}
    sent = rows_of(client, next(one for one in links if "rows/sent/" in one))
    assert (len(sent), [row["Answered"] for row in sent].count("yes")) == (found.figures.sent, found.figures.answered)


@pytest.mark.parametrize(("cut", "rows"), [
    ("class=promoter", 3), ("class=detractor", 0), ("score=9", 2), ("by=industry&value=Shops", 2),
    ("by=industry&value=", 1),
    ("days=0", 7), ("days=90", 3),
])  # fmt: skip
def test_a_part_of_the_answers_opens_to_that_part(client, survey, lead, cut, rows):
    assert len(rows_of(client, f"/surveys/{survey.uid}/rows/answers/?{cut}")) == rows


def test_what_classes_did_later_opens_to_the_customers(client, survey, lead):
    found = {one.key: one.customers for one in client.get(f"/surveys/{survey.uid}/").context["page"].later}
    assert found == {"promoter": 2, "passive": 0, "detractor": 0, "silent": 1}
    for key, count in found.items():
        assert len(rows_of(client, f"/surveys/{survey.uid}/rows/later/?class={key}")) == count


def test_comments_stand_beside_the_answer_and_a_sheet_is_a_part_of_a_page(client, survey, lead):
    href = f"/surveys/{survey.uid}/rows/answers/?score=9"
    sheet = client.get(href, headers={"hx-request": "true", "hx-target": "sheet-body"}).content.decode()
    assert "Better now" in sheet and "<html" not in sheet
    assert client.get(f"{href}&format=xlsx").headers["Content-Type"].endswith("sheet")


@pytest.mark.parametrize("place", [
    "rows/nothing/", "rows/answers/?class=nobody", "rows/answers/?score=many", "rows/answers/?start=tomorrow",
])  # fmt: skip
def test_an_address_that_means_nothing_opens_nothing(client, survey, lead, place):
    assert client.get(f"/surveys/{survey.uid}/{place}").status_code == 404


def test_only_rows_of_customers_in_view_are_opened(client, survey):
    team = TeamFactory()
    csm = UserFactory(role=Role.CSM)
    csm.teams.add(team)
    own = CustomerFactory(team=team, name="Own")
    ResponseFactory(survey=survey, customer=own, score=10, day=ago(2))
    client.force_login(csm)
    assert [row["Customer"] for row in rows_of(client, f"/surveys/{survey.uid}/rows/answers/?days=0")] == ["Own"]
    assert rows_of(client, f"/surveys/{survey.uid}/rows/sent/?days=0") == []


def test_a_csm_without_a_team_sees_a_page_over_nobody(client, survey):
    client.force_login(UserFactory(role=Role.CSM))
    assert client.get(f"/surveys/{survey.uid}/").context["page"].figures.nps.answers == 0
    assert client.get("/surveys/").status_code == 200


def counted(survey, **more):
    asked = Asked(surveys=(survey.pk,), start=ago(365), end=clock.today() + timedelta(days=1), **more)
    return results.figures(asked)


def test_what_was_known_then_counts_as_of_any_day(survey):
    """The answer of 35 days ago was a 2 until it was changed 5 days ago."""
    assert counted(survey).nps == Nps(3, 2, 0)
    assert counted(survey, known_on=ago(5)).nps == Nps(2, 2, 1)
    assert counted(survey, known_on=ago(4)).nps == Nps(3, 2, 0)
    assert counted(survey, known_on=ago(35)).nps == Nps(2, 1, 0)
    assert counted(survey, known_on=ago(35)).sent == 4
    assert counted(survey, known_on=ago(900)).nps == Nps(0, 0, 0)


def test_the_page_says_which_past_it_shows(client, survey, lead):
    text = page(client, survey, f"?known_on={ago(6)}")
    assert "by what was known on" in text
    assert client.get(f"/surveys/{survey.uid}/?known_on={ago(6)}").context["page"].figures.nps == Nps(2, 2, 1)
    assert client.get(f"/surveys/{survey.uid}/?up_to={ago(41)}").context["page"].figures.nps == Nps(3, 0, 0)
    assert "by what was known on" not in page(client, survey)
    assert client.get(f"/surveys/{survey.uid}/?up_to=1066-10-14").status_code == 200


def test_a_past_filter_means_who_met_it_then_and_one_that_cannot_be_read_counts_nobody(client, survey, lead):
    for customer in Customer.objects.filter(industry="Shops"):
        AttributeChangeFactory(customer=customer, value="Shops", day=ago(500), known_on=ago(500))
    kept = SavedFilter.objects.create(
        name="Shops", rule={"key": "attribute.industry", "op": "is", "value": "Shops"}, author=lead
    )
    for query in (f"?filter={kept.uid}", f"?filter={kept.uid}&up_to={ago(1)}"):
        assert client.get(f"/surveys/{survey.uid}/{query}").context["page"].figures.nps.answers == 2
    SavedFilter.objects.update(rule={"key": "attribute.gone", "op": "is", "value": "x"})
    found = client.get(f"/surveys/{survey.uid}/?filter={kept.uid}")
    assert found.status_code == 200 and found.context["problem"]
    assert client.get(f"/surveys/{survey.uid}/rows/answers/?filter={kept.uid}").status_code == 404
