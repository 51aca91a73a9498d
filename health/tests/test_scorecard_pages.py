import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core import clock
from core.clock import AsOf
from customers.tests.factories import TouchpointFactory
from health.domain import drafts, scoring
from health.domain.differences import differences
from health.models import BacktestRun, Scorecard, ScorecardDraft, ScorecardVersion
from health.tests.factories import definition, group
from subscriptions.tests.factories import sell
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db

EDIT = reverse("health:scorecard", args=["customers"])
PUBLISH = reverse("health:publish-scorecard", args=["customers"])
DISCARD = reverse("health:discard-draft", args=["customers"])


def client(role: str = "administrator") -> Client:
    browser = Client()
    browser.force_login(UserFactory(role=role))
    return browser


def strict():
    return definition(groups=[group("p", 1, days_since_touch=[[0, 10], [9, 0]])])


def kept(browser, **changes):
    """Post the editor as it is drawn, with some fields written otherwise."""
    typed = {name.replace("__", "."): value for name, value in changes.items()}
    return browser.post(EDIT, fields_of(browser.get(EDIT)) | typed)


def keep(of):
    card = Scorecard.objects.get(key="customers")
    return drafts.keep(scorecard=card, definition=of, by=UserFactory(role="administrator"), at=clock.now())


def test_a_draft_is_previewed_on_real_customers_and_published():
    Scorecard.objects.filter(key="customers").update(position=1)
    today = AsOf.live().day
    customer = sell().customer
    TouchpointFactory(customer=customer, day=today.replace(day=1), known_on=today.replace(day=1))
    browser = client()
    keep(strict())
    assert kept(browser, g0__label="People").status_code == 302
    page = browser.get(EDIT).content.decode()
    assert "1 of 1 customers would change band" in page
    assert customer.name in page
    before = Scorecard.objects.get(key="customers").versions.count()
    assert browser.post(PUBLISH).status_code == 302
    assert Scorecard.objects.get(key="customers").versions.count() == before + 1
    assert not ScorecardDraft.objects.exists()
    assert scoring.score(AsOf.live()).band[0] == "risk"


def test_a_scorecard_that_was_never_published_is_previewed_as_the_first_in_order():
    sell()
    made = drafts.create(name="Large", by=UserFactory(role="administrator"), at=clock.now())
    draft = ScorecardDraft.objects.get(scorecard=made)
    everybody = {**draft.definition, "applies": None}
    draft.definition = everybody
    assert drafts.preview(draft).own == 1
    draft.definition = {**everybody, "applies": {"key": "attribute.industry", "op": "is", "value": "Nobody's"}}
    assert (drafts.preview(draft).own, drafts.preview(draft).customers) == (0, 1)
    assert Scorecard.objects.first() == made


def test_what_is_drawn_and_kept_is_what_was_there():
    browser = client()
    for version in ScorecardVersion.objects.all():
        keep(version.definition)
        assert kept(browser).status_code == 302
        assert differences(version.definition, ScorecardDraft.objects.get().definition) == [], version


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"g0__weight": "-1"}, "number above 0"),
        ({"g0__m0__p0__at": "99"}, "their values rising"),
        ({"g0__m0__p0__to": "120"}, "from 0 to 100"),
        ({"good": "30"}, "“watch” begins below “good”"),
        ({"coverage": "150"}, "from 0 to 1"),
        ({"groups": "0"}, "at least one group"),
        ({"groups": "many"}, "at least one group"),
    ],
)
def test_every_mistake_is_named_and_nothing_kept(changes, says):
    keep(strict())
    answer = kept(client(), **changes)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert ScorecardDraft.objects.get().definition == strict()


def test_groups_measures_points_and_caps_come_and_go_and_nothing_is_kept():
    keep(strict())
    browser = client()

    def press(page, act, **changes):
        typed = {name.replace("__", "."): value for name, value in changes.items()}
        return browser.post(EDIT, fields_of(page) | {"act": act} | typed)

    page = press(browser.get(EDIT), "add-group:")
    page = press(page, "add-measure:1", g1__label="Use")
    page = press(page, "chosen", g1__m0__key="champion_left", g1__m1__key="usage_change_28")
    found = fields_of(page)
    assert found["g1.m0.a.no"] == ["100"]
    assert found["g1.m1.points"] == ["3"]
    page = press(page, "remove-point:1.1.0")
    page = press(page, "add-cap:")
    page = press(page, "add-point:1.1")
    assert fields_of(page)["g1.m1.points"] == ["3"]
    assert ScorecardDraft.objects.get().definition == strict()
    answer = browser.post(
        EDIT,
        fields_of(page)
        | {"c0.measure": "champion_left", "g1.m1.p2.at": "150", "g1.m1.p2.to": "100", "g1.m1.p0.at": "-20"},
    )
    assert answer.status_code == 302, answer.content.decode()
    made = ScorecardDraft.objects.get().definition
    assert made["groups"][1]["key"] == "use"
    assert made["groups"][1]["measures"][1]["points"][0][0] == -0.2  # typed in percent
    assert made["caps"] == [{"measure": "champion_left", "when_points_at_most": 0, "score_at_most": 60}]
    for act in ("remove-measure:0.0", "remove-group:1", "remove-cap:9", "remove-point:7.7.7", "dance"):
        assert press(browser.get(EDIT), act).status_code == 200


def test_whom_it_is_for_is_built_of_conditions():
    keep(strict())
    browser = client()
    page = browser.post(EDIT, fields_of(browser.get(EDIT)) | {"applies:act": "add:"})
    typed = {"applies:0:key": "measure.score", "applies:0:op": "<", "applies:0:value": "3"}
    typed["applies:0:was"] = "measure.score"
    answer = browser.post(EDIT, fields_of(page) | typed)
    assert "can&#x27;t be known as of a past day" in answer.content.decode()
    typed = {"applies:0:key": "attribute.employees", "applies:0:op": ">=", "applies:0:value": "500"}
    typed["applies:0:was"] = "attribute.employees"
    assert browser.post(EDIT, fields_of(page) | typed).status_code == 302
    rule = {"all": [{"key": "attribute.employees", "op": ">=", "value": 500}]}
    assert ScorecardDraft.objects.get().definition["applies"] == rule


def test_two_at_once_see_the_difference_and_neither_is_lost_unseen():
    browser = client()
    keep(strict())
    mine = fields_of(browser.get(EDIT)) | {"good": "80"}
    keep(strict() | {"minimum_coverage": 0.25})
    answer = browser.post(EDIT, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "25 %" in page
    assert "50 %" in page
    assert ScorecardDraft.objects.get().definition["minimum_coverage"] == 0.25
    assert browser.post(EDIT, fields_of(answer)).status_code == 302
    assert ScorecardDraft.objects.get().definition["bands"]["good"] == 80


def test_only_what_was_looked_at_is_published():
    browser = client()
    keep(strict())
    seen = drafts.state(Scorecard.objects.get(key="customers"))
    keep(strict() | {"minimum_coverage": 0.25})
    count = ScorecardVersion.objects.count()
    assert "Look at it, then publish" in browser.post(PUBLISH, {"seen": seen}, follow=True).content.decode()
    assert ScorecardVersion.objects.count() == count


def test_a_new_scorecard_begins_as_a_draft_of_the_first():
    sell()
    browser = client()
    answer = browser.post(reverse("health:new-scorecard"), {"name": "Large"})
    page = browser.get(answer["Location"])
    assert page.status_code == 200
    assert "Large" in browser.get(reverse("health:scorecards")).content.decode()
    card = Scorecard.objects.get(name="Large")
    assert browser.post(reverse("health:discard-draft", args=[card.key])).status_code == 302
    assert not Scorecard.objects.filter(pk=card.pk).exists()


def test_a_draft_is_thrown_away():
    browser = client()
    keep(strict())
    assert browser.post(DISCARD).status_code == 302
    assert not ScorecardDraft.objects.exists()


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_change_scorecards(role):
    browser = client(role)
    assert browser.get(reverse("health:scorecards")).status_code == 200
    for address in (EDIT, PUBLISH, DISCARD, reverse("health:new-scorecard"), reverse("health:test-measures")):
        assert browser.post(address, {}).status_code == 403
    assert not ScorecardDraft.objects.exists()


def test_the_catalogue_defines_every_measure_and_tests_each_alone():
    customer = sell().customer
    TouchpointFactory(customer=customer)
    scoring.refresh()
    browser = client()
    page = browser.get(reverse("health:measures")).content.decode()
    assert "days_since_touch" in page
    assert "Nobody has yet tested" in page
    assert "nearly all the same" in page
    assert browser.post(reverse("health:test-measures")).status_code == 302
    assert BacktestRun.objects.get().asked["subjects"] == ["measures"]
    assert "0 of 12 days" in browser.get(reverse("health:measures")).content.decode()
