from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from customers.models import Customer
from data.demo.build import build
from data.demo.spec import Spec
from data.demo.staff import PASSWORD

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


def test_signs_in_one_of_each_role(client, capsys):
    build(spec=Spec(12, 4, 1, TODAY))
    call_command("demo_signins")
    printed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert {User.objects.get(email=email).role for email, _password in printed} == set(Role.values)
    assert all(client.login(username=email, password=password) for email, password in printed)
    assert {password for _email, password in printed} == {PASSWORD}


def test_refuses_a_database_with_customers():
    build(spec=Spec(12, 4, 1, TODAY))
    with pytest.raises(CommandError, match="only made in an empty one"):
        call_command("make_demo", "--customers=12", "--months=4")
    assert Customer.objects.count() == 12
