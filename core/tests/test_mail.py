from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.models import F

from core import clock
from core.domain import mail
from core.domain.mail import Later, Never, NewMail, Outgoing, kinds
from core.domain.mail.transports import is_bounce
from core.failpoints import Broken, armed
from core.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)


class Letters:
    """A kind of mail for tests: what is to be said of each stands in its payload."""

    def __init__(self):
        self.told, self.breaks = [], False

    def gather(self, mails):
        return None

    def release(self, mail, gathered, at):
        if self.breaks:
            raise RuntimeError("no paper")
        if mail.payload.get("later"):
            return Later(at + timedelta(days=mail.payload["later"]), "quiet")
        if mail.payload.get("never"):
            return Never("unsubscribed")
        return Outgoing(to=mail.payload["to"], subject="Hello\nthere", text=".dots\n..stay\n", html="<p>Grüße</p>")

    def settled(self, mail, state, at):
        self.told.append((mail.key, state))


class LettersTogether(Letters):
    """The same, decided about and told of many at once."""

    def release_all(self, mails, at):
        return {mail.pk: self.release(mail, None, at) for mail in mails if not mail.payload.get("waits")}

    def left(self, mails):
        assert all(mail.settled_at for mail in mails)
        self.told += [(mail.key, mail.state) for mail in mails]


@pytest.fixture(params=[Letters, LettersTogether], ids=["alone", "together"])
def letters(request, monkeypatch, smtp):
    made = request.param()
    monkeypatch.setitem(kinds.KINDS, "letter", made)
    return made


def post(*names, expires_at=None, **payload):
    mail.post(
        mails=[
            NewMail(kind="letter", key=name, payload={"to": f"{name}@example.com", **payload}, expires_at=expires_at)
            for name in names
        ]
    )


def states():
    return dict(Mail.objects.values_list("key", "state"))


def pass_time(**delta):
    Mail.objects.update(due_at=F("due_at") - timedelta(**delta), leased_until=F("leased_until") - timedelta(**delta))


def test_a_mail_leaves_once_with_our_message_id(letters, smtp):
    post("ana"), post("ana")
    assert mail.deliver() == 1
    assert mail.deliver() == 0
    (taken,) = smtp.taken
    assert taken["Message-ID"] == Mail.objects.get().message_id
    assert taken["Subject"] == "Hello there"
    assert taken.get_body(("plain",)).get_content().splitlines()[:2] == [".dots", "..stay"]
    assert "Grüße" in taken.get_body(("html",)).get_content()
    assert states() == {"ana": "sent"}
    assert letters.told == [("ana", "sent")]


def test_many_leave_over_one_connection_and_each_is_settled(letters, smtp):
    post(*[f"n{n}" for n in range(45)])
    assert mail.deliver() == 45
    assert set(smtp.ids.values()) == {1}
    assert set(states().values()) == {"sent"}
    assert len(letters.told) == 45


def test_what_is_held_back_goes_when_its_time_comes(letters, smtp):
    post("ana", later=3)
    mail.deliver()
    held = Mail.objects.get()
    assert (held.state, held.reason, held.attempts) == ("pending", "quiet", 0)
    assert letters.told == [("ana", "pending")]
    Mail.objects.update(payload={"to": "ana@example.com"})
    assert mail.deliver() == 0
    pass_time(days=3, seconds=1)
    assert mail.deliver() == 1
    assert len(smtp.taken) == 1


def test_what_could_only_go_too_late_is_dropped(letters, smtp):
    post("ana", later=3, expires_at=clock.now() + timedelta(days=2))
    post("bo", expires_at=clock.now() - timedelta(seconds=1))
    mail.deliver()
    assert states() == {"ana": "dropped", "bo": "dropped"}
    assert smtp.taken == []


def test_what_may_not_go_any_more_is_dropped(letters, smtp):
    post("ana", never=True)
    mail.deliver()
    assert (states(), smtp.taken) == ({"ana": "dropped"}, [])
    assert letters.told == [("ana", "dropped")]


def test_a_refused_address_fails_for_good_and_the_others_go(letters, smtp):
    smtp.answer = lambda address: "550 5.1.1 no such user ana" if address.startswith("ana") else None
    post("ana", "bo")
    mail.deliver()
    assert states() == {"ana": "failed", "bo": "sent"}
    failed = Mail.objects.get(key="ana")
    assert failed.reason == "550 5.1.1"
    assert is_bounce(failed.reason) and is_bounce("550") and not is_bounce("552 5.2.2")


def test_a_greylisted_mail_is_tried_again_later(letters, smtp):
    smtp.answer = lambda address: "450 4.2.0 come back"
    post("ana")
    mail.deliver()
    waiting = Mail.objects.get()
    assert (waiting.state, waiting.reason, waiting.attempts) == ("pending", "450 4.2.0", 1)
    assert waiting.due_at > clock.now() + timedelta(seconds=30)
    smtp.answer = lambda address: None
    pass_time(hours=1)
    assert mail.deliver() == 1
    assert len(smtp.taken) == 1


def test_a_server_that_is_away_costs_no_mail_and_no_attempt(letters, smtp, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    post("ana", "bo")
    assert mail.deliver() == 0
    assert set(states().values()) == {"pending"}
    assert set(Mail.objects.values_list("attempts", flat=True)) == {0}
    settings.EMAIL_PORT = port
    pass_time(minutes=1)
    assert mail.deliver() == 2


def test_a_mail_that_cannot_be_made_does_not_hold_up_the_others(letters, smtp):
    post("ana")
    letters.breaks = True
    mail.deliver()
    assert (Mail.objects.get().state, Mail.objects.get().reason) == ("pending", "RuntimeError")
    letters.breaks = False
    post("bo")
    mail.deliver()
    assert states() == {"ana": "pending", "bo": "sent"}


def test_a_sender_that_ends_before_it_hands_over_loses_nothing(letters, smtp):
    post("ana", "bo")
    with armed("mail.after_claim=raise"), pytest.raises(Broken):
        mail.deliver()
    assert set(states().values()) == {"claimed"}
    assert mail.sweep() == 0
    pass_time(hours=1)
    assert mail.sweep() == 2
    assert mail.deliver() == 2
    assert set(smtp.ids.values()) == {1}


@pytest.mark.parametrize("place", ["mail.before_handover", "mail.after_accept", "mail.before_settle"])
def test_a_sender_that_ends_while_it_hands_over_doubles_nothing(letters, smtp, settings, place):
    """What the server took counts as sent once it is asked; what it did not take goes again."""
    post("ana")
    with armed(f"{place}=raise"):
        try:
            mail.deliver()
        except Broken:
            pass
    took = len(smtp.taken)
    settings.MAIL_ASK = f"core.tests.test_mail.{'yes' if took else 'no'}"
    pass_time(hours=1)
    mail.sweep()
    mail.deliver()
    assert states() == {"ana": "sent"}
    assert len(smtp.taken) == 1


@pytest.mark.parametrize(("taken", "state", "sent"), [(None, "uncertain", 1), (True, "sent", 1), (False, "sent", 2)])
def test_what_a_dead_sender_handed_over_is_asked_for(letters, smtp, settings, taken, state, sent):  # noqa: PLR0917
    """Killed between the server's yes and writing it down: the row stays in ``sending``."""
    post("ana")
    mail.deliver()
    Mail.objects.update(state="sending", settled_at=None, leased_until=clock.now())
    letters.told.clear()
    if taken is not None:
        settings.MAIL_ASK = f"core.tests.test_mail.{'yes' if taken else 'no'}"
    mail.sweep()
    mail.deliver()
    assert states() == {"ana": state}
    assert letters.told == [("ana", state)]
    assert len(smtp.taken) == sent
    pass_time(days=1)
    mail.sweep(), mail.deliver()
    assert len(smtp.taken) == sent


def yes(message_id):
    return True


def no(message_id):
    return False


def test_a_server_that_hangs_up_after_the_content_leaves_doubt(letters, smtp):
    smtp.after = "221 bye"  # not an answer to content: as good as none

    async def hang_up(server, session, envelope):
        smtp.to += envelope.rcpt_tos
        server.transport.close()
        return "250 too late"

    smtp.handle_DATA = hang_up
    post("ana", "bo")
    mail.deliver()
    assert states()["ana"] == "sending"
    pass_time(hours=1)
    mail.sweep()
    assert states()["ana"] == "uncertain"
    assert smtp.to.count("ana@example.com") == 1


def test_a_killed_database_connection_neither_loses_nor_doubles(letters, smtp):
    """The server ends our connection between handing over and writing it down: it is written over a new one."""
    post(*[f"n{n}" for n in range(8)])
    release = letters.release

    def end_connection(mail, gathered, at):
        if mail.key == "n4" and not letters.told.count("ended"):
            letters.told.append("ended")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return release(mail, gathered, at)

    letters.release = end_connection
    mail.deliver()
    mail.deliver()
    assert set(states().values()) == {"sent"}
    assert set(smtp.ids.values()) == {1} and len(smtp.taken) == 8


def test_a_kind_is_told_of_what_left_also_where_its_sender_ended_before_it_did(monkeypatch, smtp):
    monkeypatch.setitem(kinds.KINDS, "letter", made := LettersTogether())
    post("ana", "bo")
    mail.deliver()
    assert made.told == [("ana", "sent"), ("bo", "sent")]
    assert not Mail.objects.exclude(leased_until=None).exists()
    Mail.objects.filter(key="bo").update(leased_until=clock.now() + timedelta(minutes=1))
    made.told.clear()
    assert (mail.sweep(), made.told) == (0, [])
    pass_time(hours=1)
    assert (mail.sweep(), made.told) == (1, [("bo", "sent")])
    assert (mail.sweep(), mail.deliver(), len(smtp.taken)) == (0, 0, 2)


def test_each_mail_is_written_down_before_the_next_is_handed_over(monkeypatch, smtp):
    """So a sender that is killed leaves one in doubt, however many it had claimed."""
    monkeypatch.setitem(kinds.KINDS, "letter", LettersTogether())
    seen = []

    def look(address):
        with psycopg.connect(**connection.get_connection_params()) as other:
            rows = other.execute("SELECT state, count(*) FROM core_mail GROUP BY 1").fetchall()
        seen.append(dict(rows))

    smtp.answer = look
    post("ana", "bo", "cy")
    mail.deliver()
    assert seen == [
        {"sending": 1, "claimed": 2},
        {"sent": 1, "sending": 1, "claimed": 1},
        {"sent": 2, "sending": 1},
    ]


def test_one_that_is_left_out_waits_its_turn(monkeypatch, smtp):
    monkeypatch.setitem(kinds.KINDS, "letter", LettersTogether())
    post("ana")
    post("bo", waits=True)
    assert mail.deliver(seconds=0.2) >= 1
    assert states() == {"ana": "sent", "bo": "pending"}
