"""A contact is handed out and taken out: of all tables, mails and logs, and again after a restore."""

import io
import json
import zipfile

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.domain.audit import chain
from accounts.models import AuditEntry, KeptAnswer, Key, Role
from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import clock
from core.actor import acting
from core.models import ExternalId, Source
from customers.domain.erasing import pointing
from customers.models import Contact, Suppression, Text
from customers.tests.factories import ContactFactory, CustomerFactory
from data.domain.privacy import erasing, export, retention
from data.models import Erasure, Retention
from usage.domain import partitions
from usage.domain.persons import hashed
from usage.models import ContactPerson, RawEvent, Rejected

NAME, EMAIL = "Ottoline Quince", "ottoline.quince@northwind.example"


@pytest.fixture(autouse=True)
def outside(settings, tmp_path):
    settings.OUTSIDE_DIR = tmp_path / "outside"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return settings.OUTSIDE_DIR


@pytest.fixture
def contact(db, tmp_path):
    """Somebody of whom there is something in each place that can hold it."""
    customer = CustomerFactory()
    made = ContactFactory(customer=customer, name="Before", email=EMAIL)
    with acting("user:1"):
        Contact.objects.filter(pk=made.pk).update(name=NAME)
    Text.objects.create(customer=customer, contact=made, body="I am not amused.")
    Text.objects.create(customer=customer, body=f"Called {NAME.upper()}, wrote to {EMAIL} after.")
    source = Source.objects.create(key="crm", label="CRM")
    ExternalId.objects.create(source=source, noun="contact", value="crm:qwxz", object_id=made.pk)
    ContactPerson.objects.create(contact=made, customer=customer, person=hashed(EMAIL))
    _usage(source, customer)
    Rejected.objects.create(source=source, received_at=clock.now(), reason="no_type", digest="0" * 32, payload=EMAIL)
    key = Key.objects.create(name="crm", scope="write", shown="hf", digest="1", created_at=clock.now())
    KeptAnswer.objects.create(key=key, name="1", asked="1", at=clock.now(), body=f'{{"email": "{EMAIL}"}}')
    kind = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.create(
        user=UserFactory(), content_type=kind, object_id=str(made.pk), object_repr=NAME, action_flag=CHANGE
    )
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.log").write_text(f"To: {EMAIL}\n\nHello")
    (tmp_path / "mail" / "2.log").write_text("To: somebody@else.example\n\nHello")
    return Contact.objects.get(pk=made.pk)


def _usage(source, customer):
    partitions.ensure(clock.today(), clock.today())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS usage_rawevent_here PARTITION OF usage_rawevent DEFAULT")
        cursor.execute(
            "INSERT INTO usage_rawevent (source_id, received_at, at, kind, name, person, payload)"
            " VALUES (%s, now(), now(), 'track', 'opened', %s, %s)",
            [source.pk, hashed(EMAIL), json.dumps({"traits": {"email": EMAIL}})],
        )
        cursor.execute(
            "INSERT INTO usage_usageperson (customer_id, person, month, known_on, days)"
            " VALUES (%s, %s, date_trunc('month', now()), '2026-01-01', 1)",
            [customer.pk, hashed(EMAIL)],
        )


def everything():
    """Every word in every table, as one text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t")
            found.append((table, cursor.fetchone()[0].lower()))
    return found


def where_named():
    traces = (NAME.lower(), EMAIL, "amused", "crm:qwxz", str(hashed(EMAIL)))
    return {table for table, words in everything() if any(trace in words for trace in traces)}


def test_nothing_is_left_of_somebody_who_was_erased(contact, tmp_path, django_capture_on_commit_callbacks):
    assert len(where_named()) >= 10
    with django_capture_on_commit_callbacks(execute=True):
        done = erasing.erase(contact=contact, by=None, at=clock.now())
    assert where_named() == set()
    assert done.counts["audit entries"] >= 1
    assert [one.name for one in (tmp_path / "mail").iterdir()] == ["2.log"]
    assert not any(
        trace in (tmp_path / "outside" / "erasures.jsonl").read_text() for trace in (EMAIL, str(contact.uid))
    )
    contact.refresh_from_db()
    assert (str(contact), contact.consent) == ("somebody who was erased", Contact.Consent.WITHDRAWN)
    assert Suppression.objects.count() == 1
    assert chain.verify().holds
    assert "Called ▮▮▮, wrote to ▮▮▮ after." in Text.objects.values_list("body", flat=True)
    assert AuditEntry.objects.filter(action="erasure").count() == 1


def test_what_happened_stays_counted(contact):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(days) FROM usage_usageperson")
        before = cursor.fetchone()
        erasing.erase(contact=contact, by=None, at=clock.now())
        cursor.execute("SELECT count(*), sum(days) FROM usage_usageperson")
        assert cursor.fetchone() == before
    assert RawEvent.objects.get().payload == {}


def test_who_came_back_with_a_restore_is_erased_again(contact, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(contact=contact, by=None, at=clock.now())
    Erasure.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(name=NAME, email=EMAIL)
    other = ContactFactory()
    assert erasing.replay(at=clock.now()) == 1
    assert where_named() == set()
    assert Contact.objects.get(pk=other.pk).name
    assert erasing.replay(at=clock.now()) == 0


def test_all_that_is_kept_is_handed_out(contact):
    told = json.loads(export.as_json(contact))
    assert told["contact"][0]["email"] == EMAIL
    assert {"words", "names given by sources", "events", "events that were refused", "audit log"} <= set(told)
    assert "I am not amused." in json.dumps(told["words"])
    with zipfile.ZipFile(io.BytesIO(export.as_zip(contact))) as archive:
        assert json.loads(archive.read("contact.json")) == told


def test_every_table_that_points_at_contacts_is_known():
    assert {"Touchpoint", "Response", "Invitation", "Ask", "Run", "Letter", "ContactSend", "ContactChange"} <= {
        model.__name__ for model, _column in pointing(Contact())
    }
    assert all(isinstance(model._meta.get_field(column), models.ForeignKey) for model, column in pointing(Contact()))


def test_the_command_exports_and_erases(contact, tmp_path, capsys):
    call_command("privacy", "export", EMAIL, str(tmp_path / "out.json"))
    assert EMAIL in (tmp_path / "out.json").read_text()
    assert (tmp_path / "out.json").stat().st_mode & 0o077 == 0
    call_command("privacy", "erase", str(contact.uid))
    assert "--yes" in capsys.readouterr().out
    call_command("privacy", "erase", EMAIL, yes=True)
    assert where_named() == set()
    with pytest.raises(CommandError, match="no contact"):
        call_command("privacy", "erase", EMAIL, yes=True)


@pytest.mark.parametrize("role", [Role.CSM, Role.LEAD, Role.ANALYST])
def test_only_administrators_may(client, contact, role):
    client.force_login(UserFactory(role=role))
    for path in ("/privacy/", f"/privacy/{contact.uid}/", f"/privacy/{contact.uid}/contact.json"):
        assert client.get(path).status_code == 403
    assert client.post(f"/privacy/{contact.uid}/erase/", {"typed": EMAIL}).status_code == 403
    assert client.post("/privacy/retention/", {}).status_code == 403
    assert Contact.objects.get(pk=contact.pk).email == EMAIL


def test_an_administrator_finds_hands_out_and_erases(client, contact):
    signed_in(client, UserFactory(role=Role.ADMINISTRATOR))
    assert NAME in client.get("/privacy/", {"q": "ottoline"}).content.decode()
    assert "Audit log" in client.get(f"/privacy/{contact.uid}/").content.decode()
    assert client.get(f"/privacy/{contact.uid}/contact.json").json()["contact"][0]["name"] == NAME
    assert client.get(f"/privacy/{contact.uid}/contact.exe").status_code == 404
    assert client.post(f"/privacy/{contact.uid}/erase/", {"typed": "yes"}).status_code == 400
    assert Contact.objects.get(pk=contact.pk).email == EMAIL
    assert client.post(f"/privacy/{contact.uid}/erase/", {"typed": EMAIL}).status_code == 302
    assert NAME not in client.get("/privacy/").content.decode()
    assert "Already erased" in client.get(f"/privacy/{contact.uid}/").content.decode()


@pytest.mark.django_db
def test_what_passes_through_is_let_go_of(client):
    from core.models import Job, Mail

    old, day = "2025-01-01T00:00:00Z", clock.today()
    Job.objects.create(kind="a", key="old", state=Job.State.DONE, settled_at=old)
    Job.objects.create(kind="a", key="failed", state=Job.State.FAILED, settled_at=old)
    Job.objects.create(kind="a", key="waits", run_at=old)
    Mail.objects.create(kind="a", key="old", state=Mail.State.SENT, settled_at=old)
    Mail.objects.create(kind="a", key="uncertain", state=Mail.State.UNCERTAIN, settled_at=old)
    assert retention.forget(day=day) | {"sessions": 0, "looks": 0} == {
        "jobs": 1,
        "mails": 1,
        "looks": 0,
        "sessions": 0,
    }
    signed_in(client, UserFactory(role=Role.ADMINISTRATOR))
    given = {"mail_days": 30, "job_days": 5, "look_days": 5, "session_days": 1}
    assert client.post("/privacy/retention/", given).status_code == 400
    assert client.post("/privacy/retention/", {**given, "mail_days": 90}).status_code == 302
    assert Retention.current().job_days == 5
