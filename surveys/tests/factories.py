from datetime import UTC, date, datetime, time

import factory

from customers.tests.factories import CustomerFactory
from surveys.models import Invitation, Response, Survey


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


class SurveyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Survey

    name = factory.Sequence(lambda n: f"Survey {n}")
    kind = Survey.Kind.NPS


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    survey = factory.SubFactory(SurveyFactory)
    customer = factory.SubFactory(CustomerFactory)
    day = date(2026, 1, 1)
    known_on = factory.SelfAttribute("day")
    sent_at = factory.LazyAttribute(lambda o: noon(o.day))


class ResponseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Response

    survey = factory.SubFactory(SurveyFactory)
    customer = factory.SubFactory(CustomerFactory)
    day = date(2026, 1, 2)
    known_on = factory.SelfAttribute("day")
    answered_at = factory.LazyAttribute(lambda o: noon(o.day))
    score = 9
