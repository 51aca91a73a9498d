"""From the plan to the mail that leaves, against a real SMTP server."""

import hashlib
import hmac
import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core import clock, jobs
from core.domain import mail as outbox
from core.models import Mail
from customers.domain import contacting, customers
from customers.domain.customers import NewCustomer
from customers.models import Contact, ContactPolicy, ContactSend, Suppression
from customers.tests.factories import ContactFactory, SavedFilterFactory, StandingFactory
from surveys.domain import answering, planning, publishing
from surveys.domain.answering import Answer
from surveys.models import Ask, Campaign, Invitation, Token
from surveys.queries.audience import plan_for
from surveys.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def always_open():
    """No quiet hours, so that the tests are the same at night and on Sundays."""
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])


@pytest.fixture
def lead():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def live(lead):
    survey = SurveyFactory(name="Relationship", sender_name="Ana Ruiz", reply_to="ana@holdfast.example")
    publishing.publish(survey=survey, by=lead, at=clock.now())
    return survey


def contact(**values):
    return ContactFactory(**{"email": f"c{Contact.objects.count()}@example.com", **values})


def run(survey, lead, **values):
    campaign = Campaign.objects.create(survey=survey, starts_on=clock.today(), by=lead, **values)
    planning.start(campaign=campaign, by=lead, at=clock.now())
    jobs.work()
    return campaign


def pass_time(**delta):
    Mail.objects.update(due_at=F("due_at") - timedelta(**delta))


def deliver():
    """The database's clock stands still inside a test."""
    pass_time(minutes=1)
    return outbox.deliver()


def test_a_campaign_reaches_each_contact_once(live, lead, smtp):
    people = [contact(name="Zoë <Kim>", language="uk"), contact(language="zh-TW"), contact(name="", language="pt")]
    campaign = run(live, lead)
    planning.plan(campaign=campaign, day=campaign.starts_on, at=clock.now())
    assert deliver() == 3
    assert sorted(smtp.to) == sorted(one.email for one in people)
    assert Invitation.objects.count() == ContactSend.objects.count() == 3
    assert set(Ask.objects.values_list("state", flat=True)) == {"sent"}
    by_language = {message["Content-Language"]: message for message in smtp.taken}
    assert set(by_language) == {"uk", "zh-hant", "en"}
    html = by_language["uk"].get_body(("html",)).get_content()
    assert "Добрий день, Zoë &lt;Kim&gt;!" in html
    assert "Hello," in by_language["en"].get_body(("plain",)).get_content()


def test_the_mail_has_a_link_for_each_score_and_both_unsubscribe_headers(live, lead, smtp):
    contact()
    run(live, lead)
    deliver()
    (message,) = smtp.taken
    html, text = (message.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert [html.count(f'?score={score}"') for score in range(11)] == [1] * 11
    assert "HOLDFAST-" not in html + text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<> ")
    assert address in text and address in html and address.endswith("/unsubscribe")
    assert message["Reply-To"] == "ana@holdfast.example"
    assert message["From"] == "Ana Ruiz <holdfast@localhost>"
    assert message["Message-ID"] == Mail.objects.filter(state="sent").get().message_id
    assert "style=" in html and "@media (prefers-color-scheme: dark)" in html
    assert len(html) < 60_000
    tokens = [part.split("/s/")[1] for part in text.split() if "/s/" in part]
    assert not Token.objects.filter(digest__in=tokens).exists()


def test_unsubscribing_between_planning_and_sending_stops_the_mail(live, lead, smtp):
    gone, stays = contact(), contact()
    run(live, lead)
    contacting.unsubscribe(contact=gone, at=clock.now())
    deliver()
    assert smtp.to == [stays.email]
    left_out = Ask.objects.get(contact=gone)
    assert (left_out.state, left_out.reason) == ("never", "unsubscribed")
    assert Invitation.objects.count() == 1


def test_who_is_held_back_is_listed_with_the_day_and_goes_then(live, lead, smtp):
    held = contact()
    contacting.reserve(contact=held.pk, about="survey:other", mail=live.uid, at=clock.now() - timedelta(days=4))
    campaign = run(live, lead)
    ask = Ask.objects.get()
    assert (ask.state, ask.reason) == ("held", "clock_overall")
    assert clock.today(ask.due_at) == clock.today() + timedelta(days=10)
    assert deliver() == 0
    pass_time(days=11)
    assert deliver() == 1  # the clock, asked again when it leaves, still holds it
    assert (Mail.objects.get().state, smtp.to) == ("pending", [])
    assert plan_for(campaign, day=campaign.starts_on, at=clock.now()).reasons == [("clock_overall", 1)]


def test_who_could_only_be_asked_too_late_is_not_planned(live, lead):
    held = contact()
    contacting.reserve(contact=held.pk, about=live.about, mail=live.uid, at=clock.now())
    run(live, lead, wait_days=30)
    ask = Ask.objects.get()
    assert (ask.state, ask.reason, ask.due_at) == ("expired", "clock_survey", None)
    assert not Mail.objects.exists()


def test_who_has_not_answered_is_reminded_once(live, lead, smtp):
    answers, silent = contact(), contact()
    run(live, lead)
    deliver()
    ask = Ask.objects.get(contact=answers)
    answering.answer(ask=ask, answer=Answer(score=9), at=clock.now())
    pass_time(days=6)
    deliver()
    assert sorted(smtp.to) == sorted([answers.email, silent.email, silent.email])
    assert smtp.taken[-1]["Subject"].startswith("Reminder: ")
    assert not Mail.objects.filter(state="pending").exists()
    assert Invitation.objects.count() == 2


def test_an_address_that_does_not_exist_is_suppressed_and_not_counted(live, lead, smtp):
    smtp.answer = lambda address: "550 5.1.1 unknown"
    contact()
    run(live, lead)
    deliver()
    ask = Ask.objects.get()
    assert (ask.state, ask.returned) == ("failed", "bounced")
    assert Suppression.objects.get().reason == "bounced"
    assert not Invitation.objects.exists()


def test_an_uncertain_mail_counts_as_sent_is_listed_and_never_repeated(live, lead, smtp):
    contact()
    run(live, lead)
    deliver()
    Mail.objects.filter(key__endswith=":1").update(state="sending", leased_until=clock.now() - timedelta(hours=1))
    outbox.sweep()
    assert Ask.objects.get().state == "uncertain"
    assert len(smtp.taken) == 1


def test_the_audience_is_the_filter_the_roles_and_the_book_of_who_asks(live, lead):
    new = NewCustomer(name="A", created_on=clock.today(), values={"industry": "Logistics"})
    (logistics,) = customers.create(customers=[new], by=lead, at=clock.now())
    chosen = contact(customer=logistics, role="decision_maker")
    contact(customer=logistics, role="user"), contact(role="decision_maker")
    contact(customer=logistics, role="decision_maker", left_on=date(2026, 1, 1)), contact(email="")
    rule = {"all": [{"key": "attribute.industry", "op": "is", "value": "Logistics"}]}
    plain = {"survey": live, "starts_on": clock.today(), "roles": ["decision_maker"]}

    def asked(**more):
        return [one.contact for one in plan_for(Campaign(**plain, **more), day=clock.today(), at=clock.now()).planned]

    assert asked(filter=SavedFilterFactory(rule=rule, author=lead), by=lead) == [chosen.pk]
    assert len(asked(by=lead)) == 2
    assert asked(by=UserFactory(role=Role.CSM)) == []


def test_a_sample_is_drawn_by_chance_and_the_same_each_time(live, lead):
    for _ in range(20):
        contact()
    campaign = Campaign(survey=live, starts_on=clock.today(), by=lead, sample=5)
    first, again = (plan_for(campaign, day=clock.today(), at=clock.now()).planned for _ in range(2))
    assert len(first) == 5
    assert [one.contact for one in first] == [one.contact for one in again]


def test_mails_are_spread_over_days(live, lead):
    for _ in range(10):
        contact()
    campaign = Campaign(survey=live, starts_on=clock.today(), by=lead, spread_days=5)
    plan = plan_for(campaign, day=clock.today(), at=clock.now())
    assert [count for _day, count in plan.by_day] == [2, 2, 2, 2, 2]


def test_before_renewal_only_those_whose_renewal_is_so_far_away_are_asked(live, lead):
    due, other = contact(), contact()
    day = date(2026, 3, 2)
    StandingFactory(customer=due.customer, renewal_on=day + timedelta(days=60))
    StandingFactory(customer=other.customer, renewal_on=day + timedelta(days=90))
    campaign = Campaign(survey=live, starts_on=day, by=lead, timing=Campaign.Timing.RENEWAL, days_before=60)
    plan = plan_for(campaign, day=day, at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert [one.contact for one in plan.planned] == [due.pk]


def test_a_recurring_campaign_has_a_round_every_so_many_days(live, lead):
    campaign = Campaign(survey=live, starts_on=date(2026, 1, 1), timing="recurring", every_days=90)
    assert planning.is_due(campaign, date(2026, 4, 1))
    assert not planning.is_due(campaign, date(2026, 4, 2))


def test_a_draft_is_not_sent(lead):
    with pytest.raises(ValidationError, match="Publish"):
        planning.ask(survey=SurveyFactory(), contacts=[contact()], by=lead, at=clock.now())


def test_stopping_takes_back_what_waits(live, lead, smtp):
    contact()
    campaign = run(live, lead)
    assert planning.stop(campaign=campaign, by=lead, at=clock.now()) == 1
    deliver()
    assert (smtp.taken, Ask.objects.get().state) == ([], "expired")


def test_asked_by_a_csm_stays_apart(live, lead, smtp):
    person = contact()
    planning.ask(survey=live, contacts=[person], by=lead, at=clock.now())
    deliver()
    response = answering.answer(ask=Ask.objects.get(), answer=Answer(score=9), at=clock.now())
    assert response.channel == "csm"


def signed(body, secret="s3cret", at=None):
    stamp = f"{int(at or time.time())}"
    value = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"HTTP_X_HOLDFAST_SIGNATURE": f"t={stamp},v1={value}"}


def test_a_signed_hook_stops_mail_at_once_and_no_other_does(live, lead, smtp, client, settings):
    settings.MAIL_HOOK_SECRET = "s3cret"
    person = contact()
    run(live, lead)
    deliver()
    sent = Mail.objects.get(state="sent")
    body = json.dumps({"event": "complained", "message_id": sent.message_id}).encode()

    def post(**headers):
        return client.post("/hooks/mail/events/", body, content_type="application/json", **headers).status_code

    assert post() == post(**signed(body, secret="other")) == post(**signed(b"{}")) == 403
    assert post(**signed(body, at=time.time() - 3600)) == 403
    assert post(**signed(body)) == 204
    assert Ask.objects.get().returned == "complained"
    assert Suppression.objects.get().digest == contacting.digest(person.email)
    pass_time(days=6)
    deliver()
    assert len(smtp.taken) == 1
    settings.MAIL_HOOK_SECRET = ""
    assert post(**signed(body, secret="")) == 403


def test_a_providers_hook_is_open_only_for_the_provider_in_use_and_signed(client, settings):
    body = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "ana@example.com", "MessageID": "x", "ID": 1,
            "TypeCode": 1, "Details": "", "BouncedAt": "2026-03-02T10:00:00Z"}  # fmt: skip

    def post(**headers):
        return client.post(
            "/hooks/mail/postmark/tracking/", json.dumps(body), content_type="application/json", **headers
        ).status_code

    assert post() == 403
    settings.MAIL_PROVIDER = "postmark"
    assert post() == 403
    settings.ANYMAIL = {"WEBHOOK_SECRET": "me:secret"}
    assert post() == 400
    assert post(HTTP_AUTHORIZATION="Basic bWU6c2VjcmV0") == 200
    assert Suppression.objects.get().reason == "bounced"
