import json
from datetime import date
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from customers.tests.factories import ContactFactory, CustomerFactory, MergeFactory
from surveys.domain.scales import SCALES
from surveys.models import Ask, Response
from surveys.queries import results
from surveys.queries.frame import facts
from surveys.queries.nps import Nps, change, clustered_margin
from surveys.queries.results import Asked
from surveys.tests.factories import InvitationFactory, ResponseFactory, SurveyFactory

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def survey():
    return SurveyFactory(name="Relationship")


def asked(survey, **more):
    return Asked(**{"surveys": (survey.pk,), "start": JANUARY, "end": FEBRUARY, **more})


def answer(survey, score, **more):
    return ResponseFactory(survey=survey, score=score, **more)


def told(**options):
    out = StringIO()
    call_command("nps", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_the_formulas_of_the_mission_come_out():
    nps = Nps(70, 20, 10)
    assert (nps.score, round(nps.center, 1), round(nps.margin, 1)) == (60, 58.3, 13.0)
    assert Nps(2, 1, 1).score == 25
    assert Nps(0, 0, 0).score is None and Nps(0, 0, 0).margin is None


def test_a_small_difference_may_be_chance_and_a_large_one_is_not():
    small, large = change(Nps(70, 20, 10), Nps(68, 20, 12)), change(Nps(70, 20, 10), Nps(40, 20, 40))
    assert not small.is_real and small.chance > 0.5
    assert large.is_real and large.chance < 0.001 and large.by < -50
    assert change(Nps(0, 0, 0), Nps(1, 0, 0)) is None


def test_answers_of_one_customer_go_together_in_the_second_margin():
    signs = np.array([1, 1, 1, 1, -1, -1, -1, -1])
    alone = clustered_margin(np.arange(1, 9), signs)
    together = clustered_margin(np.array([1, 1, 1, 1, 2, 2, 2, 2]), signs)
    assert together > alone
    # two groups of 4: variance = 2/1 · (4² + 4²) / 8² = 1
    assert together == pytest.approx(195.9964)
    assert clustered_margin(np.array([1, 1]), np.array([1, 1])) is None
    assert clustered_margin(np.array([0, 0]), np.array([1, -1])) is not None


def test_only_what_the_programme_asked_counts_unless_asked_for(survey):
    answer(survey, 10), answer(survey, 9), answer(survey, 7), answer(survey, 3)
    answer(survey, 0, channel="csm"), answer(survey, 0, channel="phone")
    answer(survey, 0, day=FEBRUARY), answer(SurveyFactory(), 0)
    assert results.figures(asked(survey)).nps == Nps(2, 1, 1)
    assert results.figures(asked(survey, all_channels=True)).nps == Nps(2, 1, 3)


def test_a_changed_answer_counts_once_and_a_withdrawn_one_never(survey):
    first, second = InvitationFactory(survey=survey), InvitationFactory(survey=survey)
    for invitation in (first, second):
        answer(survey, 3, invitation=invitation, customer=invitation.customer)
    answer(survey, 10, invitation=first, customer=first.customer, known_on=date(2026, 1, 5))
    answer(survey, 3, invitation=second, customer=second.customer, known_on=date(2026, 1, 5), withdrawn=True)
    found = results.figures(asked(survey))
    assert found.nps == Nps(1, 0, 0)
    assert (found.sent, found.answered, found.response_rate) == (2, 1, 0.5)


def test_what_came_back_is_in_no_rate_and_what_a_csm_picked_neither(survey, admin_user):
    kept, gone, picked = (InvitationFactory(survey=survey) for _ in range(3))
    contact = ContactFactory()
    plain = {"survey": survey, "customer": contact.customer, "contact": contact}
    Ask.objects.create(uid=gone.uid, returned="bounced", **plain)
    Ask.objects.create(uid=picked.uid, by=admin_user, **plain)
    answer(survey, 9, invitation=kept, customer=kept.customer)
    found = results.figures(asked(survey))
    assert (found.sent, found.answered) == (1, 1)


def test_results_see_what_was_just_written_and_only_the_customers_in_view(survey):
    one = answer(survey, 10)
    assert results.figures(asked(survey)).nps.answers == 1
    answer(survey, 0)
    assert results.figures(asked(survey)).nps.answers == 2
    assert results.figures(asked(survey, customers=(one.customer_id,))).nps == Nps(1, 0, 0)
    assert results.figures(asked(survey, customers=())).nps.answers == 0
    assert len(facts().answers["id"]) == Response.objects.count()


def test_groups_recompute_the_score_from_the_answers_in_view(survey):
    shop, bank = CustomerFactory(industry="Shops"), CustomerFactory(industry="Banks", attributes={"tier": "gold"})
    for score in (9, 10, 3):
        answer(survey, score, customer=shop)
    answer(survey, 0, customer=bank), answer(survey, 8, customer=None)
    found = {group.value: group.nps for group in results.groups(asked(survey), "industry")}
    assert found == {"Shops": Nps(2, 0, 1), "Banks": Nps(0, 0, 1), None: Nps(0, 1, 0)}
    by_tier = {group.value: group.nps.answers for group in results.groups(asked(survey), "tier")}
    assert by_tier == {None: 4, "gold": 1}


def test_a_merged_customer_is_one(survey):
    one, other = (
        answer(survey, score, customer=of.customer, contact=of)
        for score, of in ((10, ContactFactory()), (9, ContactFactory()))
    )
    MergeFactory(from_customer=other.customer, into_customer=one.customer)
    assert results.figures(asked(survey)).customers == 1


def test_the_trend_has_a_point_a_month(survey):
    answer(survey, 10, day=date(2026, 1, 31)), answer(survey, 0, day=FEBRUARY)
    points = results.trend(asked(survey), [JANUARY, FEBRUARY, date(2026, 3, 1)])
    assert [point.nps for point in points] == [Nps(1, 0, 0), Nps(0, 0, 1)]


def test_silence_is_a_class_of_its_own_and_each_class_has_its_later(survey, monkeypatch):
    loud, silent, two = (InvitationFactory(survey=survey) for _ in range(3))
    answer(survey, 2, invitation=loud, customer=loud.customer)
    InvitationFactory(survey=survey, customer=loud.customer)
    monkeypatch.setattr(
        "surveys.queries.results.afterwards._leavings",
        lambda since, until: np.array([silent.customer_id * 1_000_000 + days(2026, 2, 1)]),
    )
    found = {line.key: (line.customers, line.lost) for line in results.later(asked(survey), horizon=90)}
    assert found == {"promoter": (0, 0), "passive": (0, 0), "detractor": (1, 0), "silent": (2, 1)}
    assert two.customer_id


def days(*parts):
    from surveys.queries.frame import day_number

    return day_number(date(*parts))


def test_the_command_keeps_the_contract(survey):
    for score in [10] * 70 + [8] * 20 + [1] * 10:
        answer(survey, score, customer=None)
    found = told(survey="Relationship", start=JANUARY, end=FEBRUARY)
    assert {name: found[name] for name in ("n", "promoters", "passives", "detractors", "nps")} == {
        "n": 100, "promoters": 70, "passives": 20, "detractors": 10, "nps": 60.0
    }  # fmt: skip
    assert (found["margin"], found["response_rate"], found["coverage_mrr"]) == (12.98, None, None)
    assert told()["n"] == 100
    assert told(start=FEBRUARY)["n"] == 0
    with pytest.raises(CommandError, match="no survey"):
        told(survey="Nobody")
    with pytest.raises(CommandError, match="lies before"):
        told(start=FEBRUARY, end=JANUARY)


def test_scales_have_their_classes():
    passives = {
        kind: [one for one in scale.scores if scale.class_of(one) == "passive"] for kind, scale in SCALES.items()
    }
    assert passives == {"nps": [7, 8], "csat": [3], "ces": [4, 5]}
