"""Beside what people said: what became of their customers' renewals."""

from datetime import timedelta

import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock
from customers.tests.factories import ContactFactory, CustomerFactory
from subscriptions.tests.factories import agree, sell
from surveys.tests.factories import InvitationFactory, ResponseFactory, SurveyFactory

pytestmark = pytest.mark.django_db


def ago(days):
    return clock.today() - timedelta(days=days)


def asked(survey, customer, score=None):
    contact = ContactFactory(customer=customer)
    plain = {"survey": survey, "customer": customer, "contact": contact, "day": ago(250), "known_on": ago(250)}
    sent = InvitationFactory(**plain)
    if score is not None:
        ResponseFactory(score=score, invitation=sent, **plain)


def term(customer, *, ended, pays_on):
    began = ended - timedelta(days=365)
    gone = {} if pays_on else {"cancelled_on": ended - timedelta(days=20)}
    sold = sell(customer, 100, began, term_ends_on=ended, ends_on=ended, **gone)
    if pays_on:
        agree(sold, 100, ended, term_ends_on=ended + timedelta(days=365))


@pytest.fixture
def survey():
    made = SurveyFactory(name="Relationship")
    for score, pays_on in ((10, True), (9, True), (2, False), (None, False)):
        customer = CustomerFactory(name=f"Said {score}")
        asked(made, customer, score)
        term(customer, ended=ago(150), pays_on=pays_on)
    return made


def test_renewals_stand_by_class_and_open_to_their_terms(client, survey):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    found = client.get(f"/surveys/{survey.uid}/loop/")
    told = {one.key: (one.due, one.renewed) for _name, _tone, one in found.context["lines"]}
    assert told == {"promoter": (2, 2), "passive": (0, 0), "detractor": (1, 0), "silent": (1, 0)}
    terms = client.get(f"/surveys/{survey.uid}/renewals/detractor/").content.decode()
    assert "Said 2" in terms and "Said 10" not in terms
    assert client.get(f"/surveys/{survey.uid}/renewals/nobody/").status_code == 404
    nothing = client.get(f"/surveys/{survey.uid}/loop/?up_to={ago(400)}").context["lines"]
    assert [one.due for _name, _tone, one in nothing] == [0, 0, 0, 0]


def test_only_renewals_of_customers_in_view(client, survey):
    client.force_login(UserFactory(role=Role.CSM))
    lines = client.get(f"/surveys/{survey.uid}/loop/").context["lines"]
    assert [one.due for _name, _tone, one in lines] == [0, 0, 0, 0]
