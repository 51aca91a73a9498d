"""The pages of surveys: who sees what, who may change what, and how many statements a list takes."""

from datetime import timedelta

import pytest
from django.utils.html import strip_tags

from accounts.models import Role
from accounts.tests.factories import TeamFactory, UserFactory
from core import clock, jobs
from core.models import Mail
from customers.models import ContactPolicy
from customers.rules import users_of
from customers.tests.factories import AttributeChangeFactory, ContactFactory, CustomerFactory, TextFactory
from surveys.domain import publishing, themes
from surveys.models import Ask, Campaign, Response, Survey, Suspect, Theme
from surveys.queries import columns
from surveys.queries.nps import Nps
from surveys.tests.factories import InvitationFactory, ResponseFactory, SurveyFactory
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def csm(team):
    user = UserFactory(role=Role.CSM)
    user.teams.add(team)
    return user


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def survey(administrator):
    made = SurveyFactory(name="Relationship")
    publishing.publish(survey=made, by=administrator, at=clock.now())
    return made


def as_(client, user):
    client.force_login(user)
    return client


def said(survey, score, body="", **more):
    day = clock.today() - timedelta(days=3)
    text = TextFactory(body=body) if body else None
    return ResponseFactory(survey=survey, score=score, text=text, day=day, **more)


@pytest.mark.parametrize("tab", ["", "comments/", "invitations/", "accounts/", "links/"])
def test_every_role_reads_a_survey_in_ten_statements_whatever_is_in_it(client, survey, csm, team, tab):
    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/surveys/{survey.uid}/{tab}").status_code == 200
        return len(seen)

    as_(client, csm)

    def fill():
        customer = CustomerFactory(team=team)
        said(survey, 9, "Good support", customer=customer)
        contact = ContactFactory(customer=customer)
        ask = Ask.objects.create(survey=survey, customer=customer, contact=contact)
        Suspect.objects.create(ask=ask, at=clock.now(), score=3, marks=["haste"])

    fill()
    client.get(f"/surveys/{survey.uid}/{tab}")
    one = count()
    fill(), fill()
    assert count() == one


def test_results_are_over_the_customers_one_may_see(client, survey, csm, team, administrator):
    said(survey, 10, "Ours", customer=CustomerFactory(team=team))
    said(survey, 0, "Theirs", customer=CustomerFactory(team=TeamFactory()))
    own = as_(client, csm).get(f"/surveys/{survey.uid}/comments/").content.decode()
    assert "Ours" in own and "Theirs" not in own
    figures = client.get(f"/surveys/{survey.uid}/").context["page"].figures
    assert (figures.nps.answers, figures.nps.score) == (1, 100)
    assert as_(client, administrator).get(f"/surveys/{survey.uid}/").context["page"].figures.nps.answers == 2


def test_a_comment_stands_beside_what_they_said_before(client, survey, administrator):
    contact = ContactFactory()
    whose = {"customer": contact.customer, "contact": contact}
    day = clock.today() - timedelta(days=200)
    ResponseFactory(survey=survey, score=9, day=day, **whose)
    ResponseFactory(survey=SurveyFactory(kind="csat"), score=5, day=day, **whose)
    said(survey, 9, "Fine then", customer=contact.customer), said(survey, 4, "Slow now", **whose)
    (_one, _tone, before), (_other, _its, none) = (
        as_(client, administrator).get(f"/surveys/{survey.uid}/comments/").context["lines"]
    )
    assert [past.score for past in before] == [9] and none == []


def test_customers_have_one_figure_each(client, survey, csm, team, administrator):
    mixed, fine, unseen = CustomerFactory(team=team), CustomerFactory(team=team), CustomerFactory()
    ana, ben = ContactFactory(customer=mixed), ContactFactory(customer=mixed)
    day = clock.today() - timedelta(days=40)
    ResponseFactory(survey=survey, score=0, day=day, customer=mixed, contact=ana)  # she answers again, later
    said(survey, 10, customer=mixed, contact=ana), said(survey, 6, customer=mixed, contact=ben)
    said(survey, 9, customer=fine, contact=ContactFactory(customer=fine)), said(survey, 0, customer=fine)
    said(survey, 2, customer=unseen, contact=ContactFactory(customer=unseen))
    address = f"/surveys/{survey.uid}/accounts/"

    def lines(query=""):
        page = client.get(address + query)
        return page, [(one["customer"], one["figure"], one["answers"], one["tone"]) for one in page.context["lines"]]

    as_(client, csm)
    page, found = lines()
    assert found == [(mixed, 6, 2, "risk"), (fine, 9, 1, "good")]
    assert page.context["nps"] == Nps(1, 0, 1) and "the worst of its contacts" in page.content.decode()
    page, found = lines("?way=mean&days=90")
    assert found == [(mixed, 8, 2, "watch"), (fine, 9, 1, "good")]
    assert page.context["nps"] == Nps(1, 1, 0)
    as_(client, administrator)
    assert len(lines()[1]) == 3
    assert client.get(f"/surveys/{SurveyFactory().uid}/accounts/").status_code == 200


def test_comments_are_searched_and_narrowed(client, survey, administrator):
    said(survey, 10, "Fast answers"), said(survey, 2, "Slow export"), said(survey, 8, "")
    as_(client, administrator)

    def found(query):
        return [
            one.text.body
            for one, _tone, _before in client.get(f"/surveys/{survey.uid}/comments/?{query}").context["lines"]
        ]

    assert sorted(found("")) == ["Fast answers", "Slow export"]
    assert found("q=EXPORT") == ["Slow export"]
    assert found("class=promoter") == ["Fast answers"]


@pytest.mark.parametrize("path", ["build/", "campaigns/new/", "preview/mail/", "preview/page/"])
def test_only_administrators_build(client, survey, csm, administrator, path):
    address = f"/surveys/{survey.uid}/{path}"
    assert as_(client, csm).get(address).status_code == 403
    assert as_(client, administrator).get(address).status_code == 200


@pytest.mark.parametrize("path", ["publish/", "close/", "themes/", "build/", "campaigns/new/"])
def test_only_administrators_change_a_survey(client, survey, csm, path):
    assert as_(client, csm).post(f"/surveys/{survey.uid}/{path}").status_code == 403
    assert client.post("/surveys/new/", {"name": "x", "kind": "nps"}).status_code == 403
    assert Survey.objects.get().state == "live"


def test_a_survey_from_draft_to_live_to_closed(client, administrator):
    as_(client, administrator)
    client.post("/surveys/new/", {"name": "Onboarding", "kind": "ces"})
    survey = Survey.objects.get()
    address = f"/surveys/{survey.uid}/build/"
    form = {"language": "uk", "question": "Чи легко?", "sender_name": "Ana", "reply_to": "",
            "nature": "service", "valid_days": 20, "reminder_days": 0, "languages": ["en", "uk"]}  # fmt: skip
    assert client.post(address, form).status_code == 302
    seen = {**form, "initial-question": "", "initial-sender_name": "", "initial-languages": '["en", "uk"]'}
    refused = client.post(address, {**seen, "question": "Легко?", "sender_name": ""})  # who saw it before
    assert refused.status_code == 422
    assert "“Чи легко?” meanwhile" in refused.content.decode() and "Легко?" in refused.content.decode()
    survey.refresh_from_db()
    assert survey.texts == {"uk": {"question": "Чи легко?"}}
    client.post(f"/surveys/{survey.uid}/publish/")
    survey.refresh_from_db()
    edition = survey.editions.get()
    assert (survey.state, sorted(edition.content)) == ("live", ["en", "uk"])
    assert "Чи легко?" in edition.content["uk"]["mail"]["html"]
    assert edition.content["uk"]["mail"]["html"].count("?score=") == 7
    client.post(f"/surveys/{survey.uid}/close/")
    survey.refresh_from_db()
    assert survey.state == "closed"


def test_the_preview_may_be_framed_by_us_only_and_keeps_its_styles(client, survey, administrator):
    answer = as_(client, administrator).get(f"/surveys/{survey.uid}/preview/mail/?language=zh-hans")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy and "default-src 'self'" in policy
    assert "您有多大可能" in answer.content.decode()


def test_a_campaign_asks_those_who_meet_its_conditions(client, survey, administrator):
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])
    for industry in ("Logistics", "Mining"):
        customer = CustomerFactory(industry=industry)
        AttributeChangeFactory(customer=customer, key="industry", value=industry)
        ContactFactory(customer=customer, email=f"{industry}@example.com")
    address = f"/surveys/{survey.uid}/campaigns/new/"
    as_(client, administrator)
    typed = {"rule::count": "1", "rule:0:key": "attribute.industry", "rule:0:was": "attribute.industry"}
    typed |= {"rule:0:op": "contains", "rule:0:value": "logist"}
    answer = client.post(address, fields_of(client.get(address)) | typed | {"preview": "1"})
    assert "Send to 1 contact" in strip_tags(answer.content.decode())
    answer = client.post(address, fields_of(answer) | {"rule:act": "add:", "start": "1"})
    assert not Campaign.objects.exists()  # a button of the builder starts nothing
    client.post(address, fields_of(client.get(address)) | typed | {"start": "1"})
    made = Campaign.objects.get()
    assert made.rule == {"all": [{"key": "attribute.industry", "op": "contains", "value": "logist"}]}
    assert users_of("attribute.industry") == [str(made)]


def test_a_campaign_is_shown_before_it_is_sent(client, survey, administrator):
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])
    goes, held = ContactFactory(email="a@example.com"), ContactFactory(email="b@example.com", consent="withdrawn")
    form = {"timing": "once", "starts_on": f"{clock.today()}", "spread_days": 1, "wait_days": 30}
    address = f"/surveys/{survey.uid}/campaigns/new/"
    shown = as_(client, administrator).post(address, {**form, "preview": "1"})
    words = strip_tags(shown.content.decode())
    assert "Send to 1 contact" in words and "Consent withdrawn" in words
    assert not Campaign.objects.exists()
    assert client.post(address, {**form, "timing": "renewal"}).context["form"].errors.keys() == {"days_before"}
    client.post(address, {**form, "start": "1"})
    jobs.work()
    assert set(Ask.objects.values_list("contact", "state")) == {(goes.pk, "waiting"), (held.pk, "never")}
    campaign = Campaign.objects.get()
    client.post(f"/surveys/{survey.uid}/campaigns/{campaign.uid}/stop/")
    assert Mail.objects.get().state == "dropped"


def test_a_csm_asks_contacts_of_the_own_book_only(client, survey, csm, team):
    mine, other = ContactFactory(customer=CustomerFactory(team=team), email="m@example.com"), ContactFactory()
    address = f"/surveys/{survey.uid}/ask/"
    as_(client, csm)
    assert client.get(address, {"customer": other.customer.uid}).status_code == 404
    assert client.get(address, {"customer": mine.customer.uid}).status_code == 200
    assert client.get(address, {"customer": "nonsense"}).status_code == 404
    form = {"customer": mine.customer.uid, "contact": [mine.uid, other.uid]}
    assert client.post(address, form).status_code == 302
    assert Ask.objects.get().contact == mine
    assert client.post(address, {"customer": mine.customer.uid}).status_code == 422
    assert "/s/" in client.post(address, {**form, "link": "1"}).content.decode()
    client.post(address, {**form, "phone": "1", "score": 4, "comment": "Too slow"})
    assert Response.objects.get().channel == "phone"


def test_a_csm_comes_from_the_customer_and_chooses_what_to_ask(client, survey, csm, team):
    customer = CustomerFactory(team=team)
    as_(client, csm)
    address = f"/surveys/ask/?customer={customer.uid}"
    assert client.get(address)["Location"] == f"/surveys/{survey.uid}/ask/?customer={customer.uid}"
    SurveyFactory(name="Onboarding", state="live")
    assert "Onboarding" in client.get(address).content.decode()
    assert client.get(f"/surveys/ask/?customer={CustomerFactory().uid}").status_code == 404


def test_a_csm_asks_the_whole_own_book_after_a_look_at_it(client, survey, csm, team):
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])
    book, address = CustomerFactory(team=team, owner=csm), f"/surveys/{survey.uid}/book/"
    ana, ben = (ContactFactory(customer=book, email=f"{name}@example.com", role="user") for name in ("ana", "ben"))
    held = ContactFactory(customer=book, email="c@example.com", consent="withdrawn", role="user")
    ContactFactory(customer=CustomerFactory(team=team), email="another@example.com")
    ContactFactory(customer=CustomerFactory(owner=csm, team=TeamFactory()), email="unseen@example.com")
    form = {"roles": ["user"], "spread_days": 2}
    shown = as_(client, csm).post(address, {**form, "preview": "1"})
    assert [one.contact for one in shown.context["plan"].planned] == [ana.pk, ben.pk, held.pk]
    words = strip_tags(shown.content.decode())
    assert "Consent withdrawn" in words and "another" not in words
    assert shown.content.decode().count('name="contact"') == 2 and not Ask.objects.exists()
    assert client.post(address, {**form, "spread_days": 0, "start": "1"}).context["form"].errors
    assert client.post(address, {**form, "roles": ["billing"], "start": "1"}).status_code == 422
    both = [f"{ana.uid}", f"{ben.uid}", "nonsense"]
    assert client.post(address, {**form, "start": "1", "shown": both, "contact": [both[0]]}).status_code == 302
    assert set(Ask.objects.values_list("contact", "state", "by")) == {
        (ana.pk, "waiting", csm.pk), (held.pk, "never", csm.pk)}  # fmt: skip
    as_(client, UserFactory(role=Role.ANALYST))
    assert client.get(address).status_code == 403


def test_an_analyst_asks_nobody(client, survey, team):
    contact = ContactFactory(customer=CustomerFactory(team=team))
    as_(client, UserFactory(role=Role.ANALYST))
    answer = client.post(f"/surveys/{survey.uid}/ask/", {"customer": contact.customer.uid, "contact": contact.uid})
    assert answer.status_code == 403 and not Ask.objects.exists()


PRICE, SPEED = "The price is too high for small teams", "The export of reports is slow every month"


def test_themes_are_found_named_and_merged(client, survey, administrator):
    for number in range(6):
        said(survey, 3, f"{PRICE} {number}"), said(survey, 4, f"{SPEED} {number}")
    as_(client, administrator).post(f"/surveys/{survey.uid}/themes/")
    jobs.work()
    found = list(Theme.objects.filter(survey=survey))
    assert len(found) == 2 and {one.comments.count() for one in found} == {6}
    price = Response.objects.filter(text__body__startswith="The price").first().themed.theme
    client.post(f"/surveys/{survey.uid}/themes/{price.pk}/", {"name": "Price"})
    themes.find(survey=survey)
    price.refresh_from_db()
    assert (price.name, price.comments.count()) == ("Price", 6)
    other = Theme.objects.exclude(pk=price.pk).get()
    client.post(f"/surveys/{survey.uid}/themes/{other.pk}/", {"into": price.pk})
    page = client.get(f"/surveys/{survey.uid}/comments/?theme={price.pk}")
    assert len(page.context["lines"]) == 12
    assert [(one.name, one.count) for one in page.context["themes"]] == [("Price", 12)]


def test_the_list_says_how_sure_each_result_is(client, survey, csm, team):
    said(survey, 10, customer=CustomerFactory(team=team)), InvitationFactory(survey=survey)
    page = as_(client, csm).get("/surveys/").content.decode()
    assert "at 95 %" in page and "Relationship" in page


def test_the_list_reads_answers_once_and_no_mrr(client, survey, csm, team, monkeypatch):
    copied, copy = [], columns._copied
    monkeypatch.setattr(columns, "_copied", lambda query, params: copied.append(query) or copy(query, params))
    SurveyFactory(name="Another"), said(survey, 10, customer=CustomerFactory(team=team))
    as_(client, csm).get("/surveys/")
    assert sum("FROM surveys_response" in query for query in copied) == 1
    assert not any("customers_standing" in query for query in copied)


def test_a_survey_whose_answers_came_from_a_file_is_no_draft(client, administrator):
    imported, draft = SurveyFactory(name="Old tool"), SurveyFactory(name="Next one")
    said(imported, 9)
    text = as_(client, administrator).get("/surveys/").content.decode()
    assert text.count("answers from a file") == 1 and text.count(">draft<") == 1
    for tab in ("", "invitations/"):
        assert "answers from a file" in client.get(f"/surveys/{imported.uid}/{tab}").content.decode()
    assert "draft" in client.get(f"/surveys/{draft.uid}/").content.decode()
