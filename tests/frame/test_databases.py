"""The test databases themselves: clones are separate, commits are real, nothing outlives its test."""

import os

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests.support.databases import Databases


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_commits_for_real() -> None:
    called: list[str] = []
    with transaction.atomic():
        ContentType.objects.create(app_label="probe", model="probe")
        transaction.on_commit(lambda: called.append("committed"))
    assert called == ["committed"]


@pytest.mark.django_db(transaction=True)
def test_the_next_one_sees_what_migrations_made_and_nothing_else() -> None:
    assert ContentType.objects.exists()
    assert not ContentType.objects.filter(app_label="probe").exists()


@pytest.mark.django_db
def test_a_template_is_built_once(databases: Databases) -> None:
    built: list[str] = []

    def build() -> None:
        built.append(connection.settings_dict["NAME"])

    first = databases.template("probe", build)
    assert databases.template("probe", build) == first
    assert len(built) == 1


@pytest.mark.django_db
def test_a_kept_template_serves_the_next_run_until_its_version_changes(databases: Databases) -> None:
    built: list[str] = []
    next_run = Databases(os.environ["DATABASE_URL"], "next")
    first = databases.kept("probe", "abc", lambda: built.append("abc"))
    assert next_run.kept("probe", "abc", lambda: built.append("abc again")) == first
    other = next_run.kept("probe", "def", lambda: built.append("def"))
    assert built == ["abc", "def"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(databases.url(first))
    databases.drop(other)


def test_a_clone_is_a_database_of_its_own(databases: Databases, migrated: str) -> None:
    name = databases.clone(migrated)
    with psycopg.connect(databases.url(name)) as own:
        own.execute("CREATE TABLE only_here (id int)")
    databases.drop(name)
    with pytest.raises(psycopg.OperationalError), psycopg.connect(databases.url(name)):
        pass
