from datetime import date, timedelta

import pytest

from core.clock import AsOf
from customers.models import Customer
from customers.registry import gather
from customers.tests.factories import ContactFactory, CustomerFactory, MergeFactory
from surveys.models import Response, Survey
from surveys.queries.answers import answers, asked
from surveys.tests.factories import InvitationFactory, ResponseFactory, SurveyFactory

D = date(2026, 3, 20)

pytestmark = pytest.mark.django_db


def ago(count: int) -> date:
    return D - timedelta(days=count)


def answer(customer: Customer, score: int, day: date, **more: object) -> Response:
    contact = more.pop("contact", None) or ContactFactory(customer=customer)
    return ResponseFactory(customer=customer, contact=contact, score=score, day=day, **more)


def last(customer: Customer, at: AsOf) -> tuple[float, float] | None:
    """The last answer and its age in days."""
    frame = gather(at, ["last_nps", "days_since_nps"], [customer.pk])
    return (frame["last_nps"][0], frame["days_since_nps"][0]) if frame.measured("last_nps")[0] else None


def test_it_is_the_last_answer_before_the_day() -> None:
    customer = CustomerFactory()
    answer(customer, 9, ago(40))
    answer(customer, 3, ago(10))
    answer(customer, 10, D)
    assert last(customer, AsOf.at(D)) == (3, 10)
    assert last(customer, AsOf.at(ago(10))) == (9, 30)


def test_a_changed_answer_replaces_the_first_one() -> None:
    customer = CustomerFactory()
    invitation = InvitationFactory(customer=customer, day=ago(50))
    contact = ContactFactory(customer=customer)
    for score, day in ((2, ago(30)), (9, ago(10))):
        answer(customer, score, day, invitation=invitation, contact=contact)
    assert last(customer, AsOf.at(D)) == (9, 10)
    assert last(customer, AsOf.at(ago(10))) == (2, 20)


@pytest.mark.parametrize(
    "unlike",
    [
        {"survey__kind": Survey.Kind.CSAT},
        {"channel": Response.Channel.CSM},
        {"channel": Response.Channel.PHONE},
        {"known_on": D},
        {"day": ago(366)},
    ],
)
def test_what_does_not_count(unlike: dict[str, object]) -> None:
    customer = CustomerFactory()
    answer(customer, 9, **({"day": ago(5)} | unlike))
    assert last(customer, AsOf.at(D)) is None


def test_an_answer_without_a_person_is_no_measure() -> None:
    customer = CustomerFactory()
    ResponseFactory(customer=customer, contact=None, day=ago(5))
    assert last(customer, AsOf.at(D)) is None


def test_answers_go_with_the_customer_they_were_merged_into() -> None:
    one, twin = CustomerFactory(), CustomerFactory()
    answer(twin, 4, ago(5))
    MergeFactory(from_customer=twin, into_customer=one, known_on=ago(2))
    assert last(one, AsOf.at(D)) == (4, 5)


def test_the_customer_page_says_how_many_were_asked_and_answered() -> None:
    customer = CustomerFactory()
    survey = SurveyFactory()
    first, _second = (InvitationFactory(customer=customer, survey=survey, day=ago(9)) for _ in range(2))
    given = answer(customer, 7, ago(8), invitation=first, survey=survey)
    result = asked(customer, AsOf.at(D))
    assert (result.invitations, result.answered, result.last_nps) == (2, 1, given)
    assert list(answers(customer, AsOf.at(ago(8)))) == []
