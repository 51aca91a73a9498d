"""From an empty installation to a queue; the demo comes and goes."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.models import Team, User
from accounts.tests.factories import UserFactory
from core import jobs
from core.models import Company, Source
from customers.models import Customer
from data.demo import build as building
from data.demo import nights
from data.demo.spec import Spec
from data.domain.setup import demo, first
from data.tests.test_imports import admin, file, mapped, send, step  # noqa: F401 (a fixture)
from playbooks.models import QueueRule, WorkItem
from subscriptions.domain import rulesets

pytestmark = pytest.mark.django_db
PAGE = reverse("data:setup")
ABOUT = {"company_name": "Acme", "time_zone": "Europe/Kyiv", "currency": "EUR"}
ADA = {"name": "Ada", "email": "ada@example.com", "password": "a long word of hers"}


def test_whoever_holds_the_link_begins_and_nobody_after(client):
    out = StringIO()
    call_command("setup_link", stdout=out)
    link = reverse("data:setup-begin", args=[first.token()])
    assert link in out.getvalue()
    assert client.get(reverse("data:setup-begin", args=["guessed"])).status_code == 404
    shown = client.get(link).content.decode()
    assert ('value="Asia/Kolkata"' in shown, 'value="Asia/Calcutta"' in shown) == (True, False)
    assert client.post(link, ABOUT | ADA | {"password": "123"}).status_code == 200
    answer = client.post(link, ABOUT | ADA)
    assert answer.status_code == 302, answer.content
    made = User.objects.get()
    assert (made.role, made.check_password(ADA["password"])) == ("administrator", True)
    assert Company.current().name == "Acme"
    assert rulesets.current().settings["reporting_currency"] == "EUR"
    assert client.get(PAGE).status_code == 200
    assert client.get(link).status_code == 404
    assert client.post(link, ABOUT | ADA | {"email": "eve@example.com"}).status_code == 404
    out = StringIO()
    call_command("setup_link", stdout=out)
    assert out.getvalue() == ""


def test_the_steps_lead_to_a_ranked_queue(admin):  # noqa: F811
    admin.post(reverse("data:setup-company"), ABOUT)
    admin.post(
        reverse("data:setup-person"), {"name": "Sam", "email": "sam@example.com", "role": "csm", "team": "North"}
    )
    assert User.objects.get(email="sam@example.com").teams.get() == Team.objects.get(name="North")
    both = "id,name,created\nC1,One,2024-01-01\nC2,Two,2024-01-01\n"
    money = "subscription_id,customer_id,interval,amount,currency,starts_on\nS1,C1,month,100,EUR,2024-01-01\n"
    one = send(admin, file("customers.csv", both), file("subscriptions.csv", money))
    step(admin, one, "mapping", **mapped(one), act="check")
    step(admin, one, "start", act="all")
    assert Customer.objects.count() == 2, one.problem
    admin.post(reverse("data:setup-company"), ABOUT | {"time_zone": "Asia/Tokyo", "currency": "USD"})
    assert Company.current().time_zone == "Europe/Kyiv"
    assert rulesets.current().settings["reporting_currency"] == "EUR"
    admin.post(reverse("data:setup-queue"))
    jobs.work()
    assert QueueRule.objects.filter(key="first-talk").exists()
    assert [item.customer.name for item in WorkItem.objects.all()] == ["One"]
    page = admin.get(PAGE).content.decode()
    assert "1 task is open" in page and "Have a first talk" not in page.split("toast")[0]


def test_two_at_the_company_see_each_other(admin):  # noqa: F811
    admin.post(reverse("data:setup-company"), ABOUT)
    seen = ABOUT | {f"initial-{name}": value for name, value in ABOUT.items()}
    admin.post(reverse("data:setup-company"), seen | {"company_name": "Acme Ltd"})

    refused = admin.post(reverse("data:setup-company"), seen | {"company_name": "Acme GmbH"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "set this to “Acme Ltd” meanwhile" in page and 'value="Acme GmbH"' in page
    assert Company.current().name == "Acme Ltd"

    admin.post(reverse("data:setup-company"), seen | {"time_zone": "Asia/Tokyo"})
    assert (Company.current().name, Company.current().time_zone) == ("Acme Ltd", "Asia/Tokyo")


def counted():
    """Rows by table, of the tables that an empty installation has, too, and of all others in one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND split_part(relname, '_', 1) = ANY(%s)",
            [[*demo.OURS, "accounts"]],
        )
        names = {name for (name,) in cursor.fetchall()} - {"core_job", "core_eventcursor", "core_slot"}
        names = {name for name in names if "audit" not in name}
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return {name: count for name, count in found.items() if count}


def test_the_demo_comes_and_goes_and_leaves_nothing(admin, monkeypatch):  # noqa: F811
    before = counted()
    monkeypatch.setattr(demo, "CUSTOMERS", 60)
    monkeypatch.setattr(demo, "MONTHS", 6)
    monkeypatch.setattr(nights, "WEEKS", 3)
    monkeypatch.setattr(nights, "DAYS", 7)
    answer = admin.post(reverse("data:setup-demo"))
    jobs.work(limit=1)
    assert Customer.objects.count() == 60, admin.get(answer.url).content.decode()
    assert "The demo company is here" in admin.get(answer.url).content.decode()
    assert "Remove the demo" in admin.get(PAGE).content.decode()
    assert "already" in admin.post(reverse("data:setup-demo"), follow=True).content.decode()
    admin.post(reverse("data:setup-demo-remove"))
    assert counted() == before
    assert User.objects.count() == 1 and not Source.objects.filter(key="demo").exists()
    building.build(spec=Spec(60, 6, 3, demo.clock.today()), scores=False, queue=False)
    admin.force_login(User.objects.get(email="alex@tidewater.example"))
    assert "demo&#x27;s people" in admin.post(reverse("data:setup-demo-remove"), follow=True).content.decode()
    admin.force_login(UserFactory(role="administrator"))
    one = send(admin, file("customers.csv", "customer_id,name\nC1,One\n"))
    step(admin, one, "check")
    step(admin, one, "start", act="all")
    assert "more here than the demo" in admin.post(reverse("data:setup-demo-remove"), follow=True).content.decode()
    assert Customer.objects.count() == 61


def test_the_data_page_says_what_comes_and_what_scores_lack(admin, django_assert_max_num_queries):  # noqa: F811
    assert "Nothing has come in yet" in admin.get(reverse("data:page")).content.decode()
    files = {
        "customers.csv": "customer_id,name,created_on\nC1,One,2024-01-01\n",
        "subscriptions.csv": "subscription_id,customer_id,interval,amount,currency,starts_on\n"
        "S1,C1,month,100,USD,2024-01-01\n",
    }
    one = send(admin, *(file(name, text) for name, text in files.items()))
    step(admin, one, "check")
    step(admin, one, "start", act="all")
    with django_assert_max_num_queries(16):
        page = admin.get(reverse("data:page")).content.decode()
    assert "crm" in page and "files and bulk calls" in page and "subscriptions" in page
    lacking = admin.get(reverse("data:lacking")).content.decode()
    assert "among 1 paying customer" in lacking and "Connect your product" in lacking


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_set_up(client, role):
    client.force_login(UserFactory(role=role))
    for address in (PAGE, reverse("data:page"), reverse("data:lacking")):
        assert client.get(address).status_code == 403
    for name in ("company", "person", "demo", "demo-remove", "queue"):
        assert client.post(reverse(f"data:setup-{name}")).status_code == 403
