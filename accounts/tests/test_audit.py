"""The audit log: every write of a person, key or playbook is in it, and nobody takes it out unseen."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.domain import keys
from accounts.domain.audit import chain, seals, triggers
from accounts.models import AuditEntry, AuditLink, Role, Team, User
from accounts.tests.factories import UserFactory
from core import actor, clock
from core.domain import events
from core.models import Job


@pytest.fixture(autouse=True)
def outside(settings, tmp_path):
    settings.OUTSIDE_DIR = tmp_path


def last(noun):
    return AuditEntry.objects.filter(noun=noun).order_by("-id").first()


@pytest.mark.django_db
def test_who_what_before_after_and_the_request_are_written():
    team = Team.objects.create(name="North")
    with actor.acting("user:7", request="req-1"):
        Team.objects.filter(pk=team.pk).update(name="South")
    entry = last("accounts.Team")
    assert (entry.actor, entry.request, entry.action, entry.object) == ("user:7", "req-1", "update", str(team.pk))
    assert (entry.before, entry.after) == ({"name": "North"}, {"name": "South"})


@pytest.mark.django_db
def test_raw_statements_are_seen_too_and_what_did_not_change_is_not():
    team = Team.objects.create(name="North")
    before = AuditEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_team SET name = 'North'")
        assert AuditEntry.objects.count() == before
        cursor.execute("DELETE FROM accounts_team")
    entry = last("accounts.Team")
    assert (entry.actor, entry.action, entry.before["name"]) == ("", "delete", "North")
    assert entry.object == str(team.pk)


@pytest.mark.django_db
def test_secrets_are_never_in_it():
    user = User.objects.create_user("ana@example.com", "a-Very-long-word-1", name="Ana")
    user.set_password("another-Very-long-word-1")
    user.save()
    keys.create(scope="read", name="program", at=clock.now())
    kept = json.dumps(list(AuditEntry.objects.values_list("before", "after")))
    assert "•••" in json.loads(json.dumps(last("accounts.User").after["password"]))
    assert "$" not in kept
    assert last("accounts.Key").after["digest"] == "•••"


@pytest.mark.django_db
def test_a_savepoint_taken_back_does_not_take_the_actor_along():
    with actor.acting("key:3"), transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic():
            Team.objects.create(name="North")
            raise DatabaseError
        Team.objects.create(name="South")
    assert last("accounts.Team").actor == "key:3"


@pytest.mark.django_db(transaction=True)
def test_an_actor_does_not_outlive_its_block():
    with actor.acting("user:7"):
        Team.objects.create(name="North")
    Team.objects.create(name="South")
    with actor.acting("user:8"), transaction.atomic():
        Team.objects.create(name="East")
        with actor.acting("playbook:2"):
            Team.objects.create(name="West")
        Team.objects.create(name="Mid")
    said = AuditEntry.objects.filter(noun="accounts.Team").order_by("id").values_list("actor", flat=True)
    assert list(said) == ["user:7", "", "user:8", "playbook:2", "user:8"]


@pytest.mark.django_db
def test_a_domain_write_of_a_person_is_there_as_its_event():
    with actor.acting("user:7"):
        made = events.append(type="core.tested.v1", payloads=[{"customer": 4}])
    events.append(type="core.tested.v1", payloads=[{"customer": 5}])
    assert (last("core.tested.v1").object, last("core.tested.v1").after) == (str(made[0].uid), {"customer": 4})


@pytest.mark.django_db
def test_a_page_writes_as_who_is_signed_in(client):
    ada = UserFactory(role=Role.ADMINISTRATOR)
    client.force_login(ada)
    answer = client.post("/admin/accounts/team/add/", {"name": "North"}, headers={"x-request-id": "abcdef-123"})
    assert answer.status_code == 302
    entry = last("accounts.Team")
    assert (entry.actor, entry.request) == (f"user:{ada.pk}", answer["X-Request-ID"])


@pytest.mark.django_db
def test_the_log_itself_is_append_only():
    Team.objects.create(name="North")
    for statement in (
        "UPDATE accounts_auditentry SET actor = 'user:1'",
        "UPDATE accounts_auditentry SET before = NULL, after = NULL, salt = NULL",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
        "DELETE FROM accounts_auditlink",
        "UPDATE accounts_audithead SET number = 0",
        "DELETE FROM accounts_audithead",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)


# --- The four attacks, by who may switch triggers off ------------------------------------------------------------

THIRD = "(SELECT min(entry_id) + 2 FROM accounts_auditlink)"
EDIT = f"UPDATE accounts_auditentry SET after = '[1]' WHERE id = {THIRD}"
EDIT_WHO = f"UPDATE accounts_auditentry SET actor = 'user:1' WHERE id = {THIRD}"
DELETE = f"DELETE FROM accounts_auditentry WHERE id = {THIRD}"
UNLINK = "DELETE FROM accounts_auditlink WHERE entry_id NOT IN (SELECT id FROM accounts_auditentry)"
CUT = f"DELETE FROM accounts_auditentry WHERE id > {THIRD}"
HEAD = "UPDATE accounts_audithead SET (number, link) = (SELECT number, link FROM accounts_auditlink WHERE number = 3)"
WRITE = "SELECT accounts_audit_write('accounts.Team', '1', 'update', NULL, NULL)"
LINK = f"""WITH e AS ({WRITE} AS id)
INSERT INTO accounts_auditlink SELECT (SELECT max(number) + 1 FROM accounts_auditlink), id, 'x', 'y' FROM e"""
BLANK = f"UPDATE accounts_auditentry SET before = NULL, after = NULL, salt = NULL, erased_by = 1 WHERE id = {THIRD}"
NO_SEALS = "DELETE FROM accounts_auditseal"
ATTACKS = {
    "edit": ([EDIT], "edited"),
    "edit who": ([EDIT_WHO], "edited"),
    "delete": ([DELETE], "deleted"),
    "delete with its link": ([DELETE, UNLINK], "deleted_before"),
    "insert": ([WRITE], "inserted"),
    "insert with a link": ([LINK], "edited"),
    "cut": ([CUT, UNLINK], "cut"),
    "cut with the head": ([CUT, UNLINK, HEAD], "cut"),
    "cut with the seals": ([CUT, UNLINK, HEAD, NO_SEALS], "cut"),
    "blank": ([BLANK], "blanked"),
}
DIGEST = "accounts_audit_digest((one.e).salt, (one.e).before, (one.e).after)"
ANEW = f"""
DO $$ DECLARE at text := ''; one record; BEGIN
  FOR one IN SELECT l.number, e FROM accounts_auditlink l JOIN accounts_auditentry e ON e.id = l.entry_id
             ORDER BY 1 LOOP
    at := accounts_audit_next(at, one.number, one.e, {DIGEST});
    UPDATE accounts_auditlink SET link = at, digest = {DIGEST} WHERE number = one.number;
  END LOOP;
  UPDATE accounts_audithead SET link = at;
END $$
"""


def written():
    for name in ("North", "South", "East", "West", "Mid", "Far"):
        Team.objects.create(name=name)
    assert chain.verify().holds
    seals.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def attack(statements):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(name, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        written()
    statements, wrong = ATTACKS[name]
    attack(statements)
    verdict = chain.verify()
    assert (verdict.holds, verdict.wrong) == (False, wrong)
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "--verify", "--json", stdout=said)
    assert ended.value.code == 1
    assert json.loads(said.getvalue())["wrong"] == wrong


@pytest.mark.django_db
def test_a_chain_made_anew_does_not_fit_its_seals(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        written()
    attack([*ATTACKS["edit"][0], ANEW])
    assert chain.verify().wrong == "sealed"


@pytest.mark.django_db
def test_a_trigger_switched_off_is_told(capsys):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_team DISABLE TRIGGER audited")
    assert triggers.missing() == ["accounts_team"]
    assert (chain.verify().wrong, chain.verify().detail) == ("untriggered", "accounts_team")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_stand_one_after_the_other():
    from concurrent.futures import ThreadPoolExecutor

    def add(number):
        try:
            with actor.acting(f"user:{number}"), transaction.atomic():
                Team.objects.create(name=f"Team {number}")
                Team.objects.create(name=f"Second {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert AuditLink.objects.count() == AuditEntry.objects.count() >= 80
    assert chain.verify().holds


@pytest.mark.django_db
def test_jobs_leave_nothing_in_it():
    before = AuditEntry.objects.count()
    Job.objects.create(kind="a", key="b")
    assert AuditEntry.objects.count() == before
