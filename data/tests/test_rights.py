"""The web's database role, against the real server: it serves pages, and can't touch what is append-only."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role
from accounts.tests.factories import UserFactory
from accounts.tests.signing import signed_in
from core import clock
from customers.tests.factories import CustomerFactory
from data.domain import doctor, rights
from data.domain.rights import NoSuchRole
from subscriptions.domain import rulesets
from usage.domain import partitions

pytestmark = pytest.mark.django_db
WEB = "holdfast_test_web"
FORBIDDEN = [
    "DELETE FROM accounts_auditentry",
    "UPDATE accounts_auditentry SET actor = ''",
    "INSERT INTO accounts_auditentry (tx, actor, request, noun, object, action) VALUES (1, '', '', '', '', 'insert')",
    "UPDATE accounts_audithead SET number = 0",
    "DELETE FROM accounts_auditseal",
    "UPDATE core_event SET payload = '{}'",
    "DELETE FROM customers_touchpoint",
    "TRUNCATE customers_customer CASCADE",
    "ALTER TABLE customers_touchpoint DISABLE TRIGGER ALL",
    "DROP TABLE customers_touchpoint",
    "CREATE TABLE mine (id int)",
    "SET LOCAL session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION accounts_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "SELECT usage_partition('accounts_user', '2026-01-01')",
]


@pytest.fixture
def web():
    """From here on, statements are the web's: all of it is taken back with the test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {WEB}")
        rights.grant(WEB)

        def become():
            cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {WEB}")

        yield become
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_it_can_not(web, statement):
    web()
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner|no such partition")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_serves_pages_and_what_it_writes_is_audited(web):
    boss = UserFactory(role=Role.ADMINISTRATOR)
    customer, client = CustomerFactory(), signed_in(Client(), boss)
    web()
    for address in (
        "/",
        "/customers/",
        customer.get_absolute_url(),
        "/queue/",
        "/reports/",
        "/money/collections/",
        "/audit/",
    ):
        assert client.get(address).status_code == 200, address
    assert client.post(reverse("desk:add-note", args=[customer.uid]), {"text": "They are happy."}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert AuditEntry.objects.filter(actor=f"user:{boss.pk}").exists()


def test_what_the_web_makes_beside_rows(web):
    web()
    partitions.ensure(clock.today().replace(year=2031), clock.today().replace(year=2031), tables=partitions.EVENTS)
    rulesets.make({})
    assert next(state for state, _words in doctor.LOOKS["rights"]()) == "ok"


def test_a_role_that_is_none_or_the_owner_is_refused():
    for role in ("nobody_of_that_name", connection.settings_dict["USER"] or "holdfast"):
        with pytest.raises(NoSuchRole):
            rights.grant(role)
    assert rights.owns_tables()
