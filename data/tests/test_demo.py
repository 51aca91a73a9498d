from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.models import Role, User
from customers.models import Customer
from data.demo.build import build
from data.demo.spec import Spec
from data.demo.staff import PASSWORD

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


def fetched(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_signs_in_one_of_each_role(client, capsys):
    build(spec=Spec(50, 12, 1, TODAY))
    call_command("demo_signins")
    printed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert {User.objects.get(email=email).role for email, _password in printed} == set(Role.values)
    assert all(client.login(username=email, password=password) for email, password in printed)
    assert {password for _email, password in printed} == {PASSWORD}


def test_refuses_a_database_with_customers():
    build(spec=Spec(50, 12, 1, TODAY))
    with pytest.raises(CommandError, match="only made in an empty one"):
        call_command("make_demo", "--customers=50", "--months=12")
    assert Customer.objects.count() == 50


def test_every_reference_holds():
    """They are not checked while the rows are written."""
    build(spec=Spec(120, 12, 3, TODAY))
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


def test_scores_the_past_and_tonight():
    build(spec=Spec(60, 12, 1, TODAY))
    assert fetched("SELECT count(DISTINCT day) > 10, max(day) FROM health_score") == [(True, TODAY)]
    assert fetched("SELECT count(*) FROM customers_standing") == [(60,)]


def test_asks_for_a_company_of_some_size():
    with pytest.raises(CommandError, match="at least 50 customers and 12 months"):
        call_command("make_demo", "--customers=10", "--months=12")


def test_writes_the_truth_beside_the_database(tmp_path):
    file = tmp_path / "truth.csv"
    call_command("make_demo", "--customers=50", "--months=12", f"--truth={file}", "--no-scores", verbosity=0)
    assert file.read_text().startswith("customer_id,day,chance_90,cause,lost_because\n")
    assert fetched("SELECT count(*) FROM health_score") == [(0,)]
