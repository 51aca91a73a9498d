"""Open links: anybody answers, nobody is known; and what was put aside, settled by hand."""

from datetime import timedelta

import pytest

from accounts.models import Role
from accounts.tests.factories import TeamFactory, UserFactory
from core import clock
from core.address import address_of
from core.clock import AsOf
from core.models import Event
from customers.registry import gather
from customers.tests.factories import ContactFactory, CustomerFactory
from surveys.domain import flood, open_links, publishing, suspects, tokens
from surveys.models import Ask, Invitation, LinkUse, OpenLink, Response, Suspect
from surveys.queries import results
from surveys.queries.nps import Nps
from surveys.queries.results import Asked
from surveys.tests.factories import SurveyFactory
from surveys.tests.test_answering import Person, traveller  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def survey(administrator, traveller):  # noqa: F811
    made = SurveyFactory(name="Relationship")
    publishing.publish(survey=made, by=administrator, at=clock.now())
    return made


@pytest.fixture
def customer():
    return CustomerFactory(team=TeamFactory())


@pytest.fixture
def csm(customer):
    user = UserFactory(role=Role.CSM)
    user.teams.add(customer.team)
    return user


def address(survey, administrator, customer=None):
    link = open_links.make(survey=survey, customer=customer, by=administrator, at=clock.now())
    return f"/s/open/{open_links.token(link)}"


def figures(survey):
    end = AsOf.live().day
    return results.figures(Asked(surveys=(survey.pk,), start=end.replace(year=2025), end=end))


def counted():
    return sorted(Response.objects.as_of(AsOf.live()).values_list("score", flat=True))


def test_nobody_known_counts_in_the_nps_and_in_no_rate_and_no_measure(
    survey, administrator, customer, traveller  # noqa: F811
):  # fmt: skip
    everybody, theirs = address(survey, administrator), address(survey, administrator, customer)
    assert Person(traveller).answer(everybody, 9, comment="Fine").status_code == 303
    assert Person(traveller).answer(theirs, 2, comment="Slow").status_code == 303
    found = figures(survey)
    assert found.nps == Nps(1, 0, 1)
    assert (found.sent, found.response_rate, found.customers, found.coverage_mrr or 0) == (0, None, 0, 0)
    assert not Invitation.objects.exists()
    frame = gather(AsOf.live(), ["last_nps"], [customer.pk])
    assert str(frame["last_nps"][0]) == "nan"
    assert sorted(Response.objects.values_list("customer", "contact", "channel", "text__body"), key=str) == [
        (customer.pk, None, "link", "Slow"), (None, None, "link", "Fine")]  # fmt: skip
    assert [event.payload["customer"] for event in Event.objects.filter(type="surveys.answered.v1")] == [customer.pk]


def test_the_same_browser_changes_its_answer_and_another_one_gives_its_own(survey, administrator, traveller):  # noqa: F811
    there = address(survey, administrator)
    one, other = Person(traveller), Person(traveller)
    one.answer(there, 3, comment="Slow")
    assert "Your answer: 3" in one.client.get(f"{there}?done=1").content.decode()
    assert "Slow" in one.open(there).content.decode()
    one.answer(there, 10), one.answer(there, 8)
    other.answer(there, 0)
    assert counted() == [0, 8]
    assert figures(survey).nps == Nps(0, 1, 1)


def test_a_look_counts_nothing_and_a_robot_is_put_aside(survey, administrator, traveller):  # noqa: F811
    there = address(survey, administrator)
    robot = Person(traveller)
    assert robot.client.head(there).status_code == 200
    robot.open(f"{there}?score=10")
    assert "Press once more" in robot.send(there, 10, pause=0).content.decode()
    assert robot.send(there, 10, website="x").status_code == 200
    robot.client.post(there, {"score": 4})
    assert not Response.objects.exists()
    assert [one.marks for one in Suspect.objects.order_by("pk")] == [["haste"], ["trap"], ["no_form"]]
    assert robot.answer(there, 10).status_code == 303  # none of which is in a person's way


def test_one_score_after_the_other_takes_back_what_counted(survey, administrator, traveller):  # noqa: F811
    there, robot = address(survey, administrator), Person(traveller)
    for score in range(5):
        robot.answer(there, score)
    assert counted() == [] and figures(survey).nps == Nps(0, 0, 0)


def test_an_office_behind_one_address_is_no_robot(survey, administrator, traveller):  # noqa: F811
    there = address(survey, administrator)
    for score in range(5):
        assert Person(traveller).answer(there, score).status_code == 303
    assert counted() == [0, 1, 2, 3, 4]


def test_a_flood_from_one_address_is_turned_away_and_others_are_not(survey, administrator, traveller, monkeypatch):  # noqa: F811
    monkeypatch.setattr(flood, "MOST", 3)
    given = address(survey, administrator)
    for score in (9, 8, 7):
        assert Person(traveller).answer(given, score=score).status_code == 303
    refused = Person(traveller).answer(given, score=0)
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 600
    assert "in a few minutes" in refused.content.decode()
    other = Person(traveller)
    other.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert other.answer(given, score=10).status_code == 303
    traveller.shift(timedelta(minutes=11))
    assert Person(traveller).answer(given, score=6).status_code == 303
    assert counted() == [6, 7, 8, 9, 10]
    assert not Suspect.objects.exists()
    traveller.shift(timedelta(minutes=11))
    flood.forget(at=clock.now())
    assert not LinkUse.objects.exists()


def test_behind_a_proxy_the_address_is_what_the_proxy_says(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "203.0.113.9"
    assert address_of(rf.get("/")) == "127.0.0.1"


def test_a_new_address_closes_the_one_before_and_a_closed_one_says_so(client, survey, administrator, traveller):  # noqa: F811
    before, there = address(survey, administrator), address(survey, administrator)
    assert client.get(before).status_code == 410
    assert client.get(there, headers={"accept-language": "uk-UA,uk;q=0.9"}).content.decode().count('lang="uk"')
    assert client.get("/s/open/nonsense").status_code == 404
    publishing.close(survey=survey, by=administrator, at=clock.now())
    assert Person(traveller).answer(there, 9).status_code == 410
    assert not Response.objects.exists()


def test_who_may_open_and_close_links(client, survey, administrator, csm, customer):
    there = f"/surveys/{survey.uid}/links/"
    client.force_login(csm)
    assert client.post(there).status_code == 403
    assert client.post(there, {"customer": customer.uid}).status_code == 302
    assert client.post(there, {"customer": CustomerFactory(team=TeamFactory()).uid}).status_code == 404
    assert client.post(there, {"customer": "nonsense"}).status_code == 404
    open_links.make(survey=survey, customer=None, by=administrator, at=clock.now())
    open_links.make(survey=survey, customer=CustomerFactory(name="Foreign"), by=administrator, at=clock.now())
    page = client.get(there).content.decode()
    assert page.count("/s/open/") == 2 and "Foreign" not in page
    everybody, own = OpenLink.objects.get(customer=None, closed_at=None), OpenLink.objects.get(customer=customer)
    foreign = OpenLink.objects.get(customer__name="Foreign")
    assert client.post(f"{there}{everybody.uid}/close/").status_code == 403
    assert client.post(f"{there}{foreign.uid}/close/").status_code == 404
    client.force_login(UserFactory(role=Role.ANALYST))
    assert client.post(f"{there}{own.uid}/close/").status_code == 403
    client.force_login(csm)
    client.post(f"{there}{own.uid}/close/")
    client.force_login(administrator)
    client.post(there), client.post(f"{there}{everybody.uid}/close/")
    assert set(OpenLink.objects.filter(closed_at=None)) == {foreign, OpenLink.objects.filter(customer=None).last()}


@pytest.fixture
def suspect(survey, customer):
    contact = ContactFactory(customer=customer, email="ana@example.com")
    ask = Ask.objects.create(
        survey=survey, edition=survey.editions.first(), customer=customer, contact=contact, state="sent",
        sent_at=clock.now(), valid_until=None,
    )  # fmt: skip
    tokens.keep([(ask, 1)])
    return Suspect.objects.create(ask=ask, at=clock.now(), score=3, marks=["haste"])


def test_an_accepted_one_counts_from_now_on(client, survey, suspect, csm, traveller):  # noqa: F811
    from datetime import timedelta

    traveller.shift(timedelta(days=4))
    client.force_login(csm)
    assert "Count it" in client.get(f"/surveys/{survey.uid}/comments/").content.decode()
    client.post(f"/surveys/{survey.uid}/suspects/{suspect.pk}/", {"accept": "1"})
    response = Response.objects.get()
    assert (response.day, response.known_on) == (clock.today() - timedelta(days=4), clock.today())
    assert not Response.objects.as_of(AsOf.at(clock.today())).exists() and counted() == [3]
    assert figures(survey).response_rate == 1
    suspect.refresh_from_db()
    assert (suspect.verdict, suspect.settled_by, suspect.response) == ("accepted", csm, response)
    told = Event.objects.get(type=suspects.SETTLED).payload
    assert (told["verdict"], told["by"], told["response"]) == ("accepted", csm.pk, response.pk)
    client.post(f"/surveys/{survey.uid}/suspects/{suspect.pk}/", {"refuse": "1"})  # it is settled
    suspect.refresh_from_db()
    assert suspect.verdict == "accepted" and counted() == [3]
    assert f"accepted · {csm}" in client.get(f"/surveys/{survey.uid}/comments/").content.decode()


def test_a_refused_one_never_counts(client, survey, suspect, csm):
    client.force_login(csm)
    client.post(f"/surveys/{survey.uid}/suspects/{suspect.pk}/", {"refuse": "1"})
    suspect.refresh_from_db()
    assert (suspect.verdict, suspect.response, counted()) == ("refused", None, [])


def test_the_persons_own_answer_stands(client, survey, suspect, csm, traveller):  # noqa: F811
    Person(traveller).answer(f"/s/{tokens.make(suspect.ask, tokens.ANSWER, 1)}", 10)
    client.force_login(csm)
    client.post(f"/surveys/{survey.uid}/suspects/{suspect.pk}/", {"accept": "1"})
    suspect.refresh_from_db()
    assert (suspect.verdict, counted()) == ("", [10])


def test_only_writers_who_see_the_customer_settle(client, survey, suspect, csm, administrator, traveller):  # noqa: F811, PLR0917
    there = f"/surveys/{survey.uid}/suspects/"
    Person(traveller).client.post(address(survey, administrator), {"score": 4})
    nobodys = Suspect.objects.get(link__isnull=False)
    client.force_login(UserFactory(role=Role.ANALYST))
    assert client.post(f"{there}{suspect.pk}/", {"accept": "1"}).status_code == 403
    client.force_login(UserFactory(role=Role.CSM))
    assert client.post(f"{there}{suspect.pk}/", {"accept": "1"}).status_code == 404
    client.force_login(csm)
    assert client.post(f"{there}{nobodys.pk}/", {"accept": "1"}).status_code == 404
    client.force_login(administrator)
    assert client.post(f"{there}{nobodys.pk}/", {"accept": "1"}).status_code == 302
    assert counted() == [4]
