import pytest

from core.clock import AsOf
from surveys.models import Response
from surveys.queries.nps import Nps, nps
from surveys.tests.factories import InvitationFactory, ResponseFactory
from surveys.tests.test_measures import D, ago


@pytest.mark.parametrize(("counts", "score"), [((70, 20, 10), 60), ((2, 1, 1), 25), ((0, 0, 0), None)])
def test_the_score(counts: tuple[int, int, int], score: float | None) -> None:
    assert Nps(*counts).score == score


def test_the_margin_is_adjusted_wald() -> None:
    of_hundred = Nps(70, 20, 10)
    assert (round(of_hundred.center, 1), round(of_hundred.margin, 1)) == (58.3, 13.0)


def test_without_an_answer_there_is_no_margin() -> None:
    assert (Nps(0, 0, 0).center, Nps(0, 0, 0).margin) == (None, None)


@pytest.mark.django_db
def test_answers_are_classed_at_nine_and_seven() -> None:
    for score in (0, 6, 7, 8, 9, 10):
        ResponseFactory(score=score)
    assert nps(Response.objects.all()) == Nps(promoters=2, passives=2, detractors=2)


@pytest.mark.django_db
def test_a_changed_answer_counts_once_from_the_day_it_is_known() -> None:
    invitation = InvitationFactory()
    for score, day in ((2, ago(30)), (9, ago(10))):
        ResponseFactory(invitation=invitation, survey=invitation.survey, score=score, day=day)
    assert nps(Response.objects.as_of(AsOf.at(D))) == Nps(1, 0, 0)
    assert nps(Response.objects.as_of(AsOf.at(ago(10)))) == Nps(0, 0, 1)
