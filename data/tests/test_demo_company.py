"""The company of `make run`: whole, and made in an empty database only."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.models import Role, User
from customers.models import Customer
from data.demo.staff import PASSWORD

pytestmark = pytest.mark.usefixtures("told_demo")


def fetched(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_signs_in_one_of_each_role(client, capsys):
    call_command("demo_signins")
    printed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert {User.objects.get(email=email).role for email, _password in printed} == set(Role.values)
    assert all(client.login(username=email, password=password) for email, password in printed)
    assert {password for _email, password in printed} == {PASSWORD}


def test_refuses_a_database_with_customers():
    with pytest.raises(CommandError, match="only made in an empty one"):
        call_command("make_demo", "--customers=50", "--months=12")
    assert Customer.objects.count() == 400


def test_every_reference_holds():
    """They are not checked while the rows are written."""
    broken = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                here, there = model._meta.db_table, field.related_model._meta
                lost = (
                    f'SELECT count(*) FROM "{here}" a LEFT JOIN "{there.db_table}" b ON b."{there.pk.column}" = '
                    f'a."{field.column}" WHERE a."{field.column}" IS NOT NULL AND b."{there.pk.column}" IS NULL'
                )
                if fetched(lost) != [(0,)]:
                    broken.append(f"{here}.{field.column}")
    assert broken == []


def test_its_scores_are_kept_night_by_night_for_a_month_and_more():
    days = [day for (day,) in fetched("SELECT DISTINCT day FROM health_score ORDER BY day DESC LIMIT 36")]
    assert days == [days[0] - timedelta(days=back) for back in range(36)]
