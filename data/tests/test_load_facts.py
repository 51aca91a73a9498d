from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from churn.models import ChurnEvent, ChurnReason
from customers.models import Text, Ticket, TicketState, TimelineEntry, Touchpoint
from data.tests.conftest import AT, Load
from health.models import ForeignScore
from surveys.models import Invitation, Response, Survey

TODAY = AT.date()
CUSTOMERS = "customer_id,name,created_on A,Acme,2025-01-01 B,Brix,2025-01-01"
CONTACTS = "contact_id,customer_id,name P1,A,Ana P2,B,Bo"
BASE = {"customers": CUSTOMERS, "contacts": CONTACTS}
TICKETS = """
ticket_id,customer_id,opened_at,closed_at,kind,priority,first_response_minutes,escalated,satisfaction
T1,A,2025-03-01T08:00:00Z,2025-03-04T09:30:00Z,bug,high,12,yes,4.5
T2,B,2025-03-02,,,low,,no,
"""


def states(**filters: Any) -> list[tuple[Any, ...]]:
    found = TicketState.objects.filter(**filters).order_by("known_on", "id")
    return list(found.values_list("day", "known_on", "escalated", "satisfaction"))


def test_what_became_of_a_ticket_is_known_when_it_closes(loaded: Load) -> None:
    loaded(BASE | {"tickets": TICKETS})
    assert states(ticket__kind="bug") == [
        (date(2025, 3, 1), date(2025, 3, 1), False, None),
        (date(2025, 3, 4), date(2025, 3, 4), True, Decimal("4.5")),
    ]
    assert Ticket.objects.filter(kind="").values_list("day", "known_on").get() == (date(2025, 3, 2), date(2025, 3, 2))
    told = TimelineEntry.objects.filter(kind__startswith="ticket").order_by("at").values_list("kind", flat=True)
    assert list(told) == ["ticket_opened", "ticket_opened", "ticket_closed"]


def test_a_closing_that_is_told_later_is_known_today(loaded: Load) -> None:
    loaded(BASE | {"tickets": TICKETS})
    report = loaded({"tickets": TICKETS.replace("2025-03-02,,", "2025-03-02,2025-03-09,")})
    assert (report.nouns[0].changed, report.nouns[0].unchanged) == (1, 1)
    assert states(ticket__kind="")[-1] == (date(2025, 3, 9), TODAY, False, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("T3,A,2025-03-01,2025-02-01,,,,,", ("closed_at", "order")),
        ("T3,A,yesterday,,,,,,", ("opened_at", "instant")),
        ("T3,A,2025-03-01,,,,-1,,", ("first_response_minutes", "too_small")),
        ("T3,A,2025-03-01,,,,,perhaps,", ("escalated", "yes_no")),
    ],
)
def test_bad_tickets(loaded: Load, row: str, problem: tuple[str, str]) -> None:
    report = loaded(BASE | {"tickets": TICKETS + row})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(4, *problem)]


TOUCHPOINTS = b"""customer_id,at,kind,two_way,by_email,contact_id,text
A,2025-05-01T10:00:00+02:00,Call,yes,sam@ours.example,P1,"They said ""soon"",
and hung up"
A,2025-05-01T10:00:00+02:00,Call,yes,sam@ours.example,P1,"They said ""soon"",
and hung up"
B,2025-05-02,email,,,,
"""


def test_touchpoints_without_ids_are_known_by_what_they_say(loaded: Load) -> None:
    sam = UserFactory(email="sam@ours.example")
    report = loaded(BASE | {"touchpoints": TOUCHPOINTS})
    assert (report.nouns[2].rows, report.nouns[2].new) == (3, 2)
    assert report.nouns[2].notes == ["1 row says word for word what another one says: taken once."]
    call = Touchpoint.objects.get(kind="call")
    assert (call.by, call.contact.name, call.day, call.known_on) == (sam, "Ana", date(2025, 5, 1), date(2025, 5, 1))
    assert call.text.body == 'They said "soon",\nand hung up'
    assert TimelineEntry.objects.get(text=call.text).values == {
        "kind": "call",
        "two_way": True,
        "contact": call.contact_id,
    }
    again = loaded({"touchpoints": TOUCHPOINTS})
    assert (again.nouns[0].new, Touchpoint.objects.count(), Text.objects.count()) == (0, 2, 1)


def test_a_touchpoint_with_a_contact_of_another_customer(loaded: Load) -> None:
    report = loaded(BASE | {"touchpoints": b"customer_id,at,kind,contact_id\nA,2025-05-01,call,P2\n"})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(2, "contact_id", "other_customer")]


RESPONSES = """survey,contact_id,customer_id,sent_at,answered_at,score,comment
NPS,P1,A,2025-06-01T09:00:00Z,2025-06-03T10:00:00Z,9,"Good, mostly"
NPS,P2,,2025-06-01T09:00:00Z,,,
NPS,,,,2025-06-05T10:00:00Z,3,
CSAT support,P1,A,,2025-06-06,4,
"""


def test_what_was_only_sent_is_an_invitation_without_answer(loaded: Load) -> None:
    report = loaded(BASE | {"responses": RESPONSES.encode()})
    assert report.problem_count == 0
    assert (Invitation.objects.count(), Response.objects.count()) == (2, 3)
    assert dict(Survey.objects.values_list("name", "kind")) == {"NPS": "nps", "CSAT support": "csat"}
    asked = Invitation.objects.get(contact__name="Bo")
    assert (asked.customer.name, asked.known_on, asked.responses.count()) == ("Brix", date(2025, 6, 1), 0)
    answer = Response.objects.get(score=9)
    assert (answer.known_on, answer.text.body) == (date(2025, 6, 3), "Good, mostly")
    assert Response.objects.get(score=3).customer is None
    assert TimelineEntry.objects.filter(kind="survey_answered").count() == 2


def test_an_answer_that_comes_later_is_known_today(loaded: Load) -> None:
    loaded(BASE | {"responses": RESPONSES.encode()})
    report = loaded({"responses": RESPONSES.replace("09:00:00Z,,,", "09:00:00Z,2025-06-20,7,").encode()})
    assert (report.nouns[0].new, report.nouns[0].changed, report.nouns[0].unchanged) == (0, 1, 3)
    answer = Response.objects.get(score=7)
    assert (answer.invitation.contact.name, answer.day, answer.known_on) == ("Bo", date(2025, 6, 20), TODAY)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("NPS,P1,A,,,,", ("sent_at", "required")),
        ("NPS,P1,A,2025-07-01,2025-07-02,,", ("score", "required")),
        ("NPS,P1,A,2025-07-01,,4,", ("answered_at", "required")),
        ("NPS,P1,A,2025-07-01,2025-06-30,4,", ("answered_at", "order")),
        ("NPS,P1,A,2025-07-01,2025-07-02,11,", ("score", "too_large")),
        ("NPS,,,2025-07-01,,,", ("customer_id", "required")),
        ("NPS,P2,A,2025-07-01,,,", ("contact_id", "other_customer")),
    ],
)
def test_bad_responses(loaded: Load, row: str, problem: tuple[str, str]) -> None:
    report = loaded(BASE | {"responses": f"{RESPONSES}{row}\n".encode()})
    assert [(one.line, one.field, one.rule) for one in report.problems] == [(6, *problem)]


CHURN = b"""customer_id,on,reason,competitor,comment,churn_kind
A,2025-08-01,Too Dear,Rival Inc,They left,voluntary
B,2025-08-02,too dear,,,
"""


def test_losses_make_their_reasons(loaded: Load) -> None:
    loaded(BASE | {"churn_events": CHURN})
    reason = ChurnReason.objects.get(key="too-dear")
    assert reason.label.lower() == "too dear"
    event = ChurnEvent.objects.get(customer__name="Acme")
    assert (event.reason, event.competitor, event.text.body, event.known_on) == (
        reason,
        "Rival Inc",
        "They left",
        date(2025, 8, 1),
    )
    report = loaded({"churn_events": CHURN.replace(b"Rival Inc", b"Other Inc")})
    assert (report.nouns[0].changed, report.nouns[0].unchanged) == (1, 1)
    assert ChurnEvent.objects.latest("id").known_on == TODAY


def test_scores_of_another_tool(loaded: Load) -> None:
    csv = "customer_id,day,name,score A,2025-09-01,Old,70.5 B,2025-09-01,Old,20"
    loaded(BASE | {"scores": csv})
    report = loaded({"scores": csv.replace("Old,20", "Old,25")})
    assert (report.nouns[0].changed, report.nouns[0].unchanged) == (1, 1)
    rows = ForeignScore.objects.order_by("id").values_list("score", "known_on")
    assert (Decimal("70.5"), date(2025, 9, 1)) in rows
    assert ForeignScore.objects.latest("id").known_on == TODAY


def test_an_instant_without_a_zone_is_the_companys(loaded: Load) -> None:
    loaded(BASE | {"tickets": TICKETS})
    assert Ticket.objects.get(kind="").opened_at == datetime(2025, 3, 2, tzinfo=UTC)
