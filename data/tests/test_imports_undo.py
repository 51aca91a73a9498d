"""An import is taken back: as if it had never been, as far as facts that only grow allow."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse

from churn.models import ChurnEvent
from core import clock, jobs
from core.clock import AsOf
from core.models import ExternalId
from customers.domain import customers
from customers.domain.customers import CustomerValues
from customers.models import AttributeChange, Contact, Customer, TicketState
from customers.registry import gather
from data.domain.imports import keeping
from data.domain.privacy import erasing, export
from data.models import Import, ImportedChange, ImportedPerson, ImportedRow, ImportedUsage
from data.tests.test_imports import admin, file, mapped, send, step  # noqa: F401 (a fixture)
from health.models import ForeignScore
from subscriptions.domain import versions
from subscriptions.domain.versions import Version
from subscriptions.models import Cost, FxRate, InvoiceState, SubscriptionVersion
from surveys.models import Response
from usage.domain.record import Used, record
from usage.models import CustomerFeed, Feature, FeedDay, UsageDay, UsageFeaturePerson, UsagePerson
from usage.tests.factories import product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscored(monkeypatch):
    """Scores follow every import: elsewhere it is seen that they do."""
    monkeypatch.setattr("data.jobs.scoring.refresh", lambda: None)


FILES = {
    "customers.csv": "customer_id,name,created_on\nC1,One,2024-01-01\nC2,Two,2024-01-01\n",
    "contacts.csv": "contact_id,customer_id,name,role\nP1,C1,Ana,champion\n",
    "subscriptions.csv": "subscription_id,customer_id,interval,amount,currency,starts_on,ends_on,cancelled_on\n"
    "S1,C1,month,100,USD,2024-01-01,,\nS2,C2,month,50,USD,2024-02-01,2024-06-01,2024-05-01\n",
    "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency,status\n"
    "I1,C1,2024-02-01,2024-02-10,100,USD,open\n",
    "tickets.csv": "ticket_id,customer_id,opened_at,escalated\nT1,C1,2024-03-01,yes\n",
    "touchpoints.csv": "customer_id,at,kind,two_way,text\nC1,2024-03-02,call,yes,hello\n",
    "responses.csv": "survey,customer_id,contact_id,answered_at,score\nNPS,C1,P1,2024-03-05,9\n",
}


def bring(client, files=FILES, source="crm"):
    one = send(client, *(file(name, text) for name, text in files.items()), source=source)
    assert one.state == Import.State.MAPPING, one.problem
    step(client, one, "mapping", **mapped(one), act="check")
    assert one.report["problem_count"] == 0, one.report
    step(client, one, "start", act="all")
    assert one.state == Import.State.DONE, one.problem
    return one


def start_mrr():
    (month,) = json.loads(
        printed("report", "retention", start="2024-04-01", end="2024-05-01", period="month", json=True)
    )
    return Decimal(month["mrr"]["start"])


def printed(*words, **options):
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_nothing_of_it_counts_any_more_and_it_can_come_again(admin):  # noqa: F811
    one = bring(admin)
    then = AsOf.at(date(2024, 4, 10))
    keys = ["mrr", "open_tickets", "escalated_tickets_56", "last_touch_on", "overdue_invoices", "last_nps"]
    before = gather(then, keys)
    assert before.columns["mrr"].sum() == 150 and start_mrr() == Decimal(150)
    step(admin, one, "undo")
    assert one.state == Import.State.UNDONE, one.problem
    assert one.report["taken_back"]["customers"] == 2
    assert not Customer.objects.filter(archived_on=None).exists()
    after = gather(then, keys)
    assert np.nansum(after.columns["mrr"]) == 0
    assert start_mrr() == 0
    for key in ("open_tickets", "escalated_tickets_56", "overdue_invoices"):
        assert not [value for value in after.columns[key] if value > 0], key
    assert "Taken back" in admin.get(reverse("data:import", args=[one.uid])).content.decode()

    again = bring(admin)
    assert all(told["history"] for told in again.report["files"])
    assert Customer.objects.filter(archived_on=None).count() == 2
    assert start_mrr() == Decimal(150)
    assert np.nansum(gather(then, ["mrr"]).columns["mrr"]) == 150


def test_the_latest_load_of_a_source_goes_first(admin):  # noqa: F811
    first = bring(admin, {"customers.csv": FILES["customers.csv"]})
    second = bring(admin, {"contacts.csv": FILES["contacts.csv"]})
    step(admin, first, "undo")
    assert first.state == Import.State.DONE and "latest load" in first.problem
    step(admin, second, "undo")
    step(admin, first, "undo")
    assert (second.state, first.state) == (Import.State.UNDONE, Import.State.UNDONE)
    assert not ExternalId.objects.filter(source__key="crm").exists()
    jobs.work()


def test_what_was_changed_again_since_stays_and_is_told(admin):  # noqa: F811
    bring(admin, {"customers.csv": "customer_id,name,industry,tier\nC1,One,Air,b\nC2,Two,Air,b\n"})
    one = bring(admin, {"customers.csv": "customer_id,name,industry,tier\nC1,One,Rail,a\nC2,Zwei,Rail,a\n"})
    customer = Customer.objects.get(name="One")
    customers.change(
        changes=[CustomerValues(customer=customer.pk, values={"industry": "Sea"})], by=None, at=clock.now()
    )
    foretold = admin.get(reverse("data:import-undo", args=[one.uid])).content.decode()
    for page in (foretold, admin.get(reverse("data:import", args=[taken_back(admin, one).uid])).content.decode()):
        assert "1 value was changed again since" in page
        assert all(f"<td>{cell}</td>" in page for cell in ("One", "industry", "Air", "Rail", "Sea"))
    found = Customer.objects.filter(archived_on=None).order_by("id").values_list("name", "industry", "attributes")
    assert list(found) == [("One", "Sea", {"tier": "b"}), ("Two", "Air", {"tier": "b"})]


def test_costs_and_rates_are_again_what_they_were(admin):  # noqa: F811
    month = "month,kind,amount,currency\n2024-03,service,"
    first = {
        "costs.csv": f"{month}500,USD\n",
        "fx_rates.csv": "day,currency,rate\n2024-03-01,EUR,1.1\n",
    }
    bring(admin, first, source="books")
    later = {
        "costs.csv": f"{month}700,USD\n2024-04,service,80,USD\n",
        "fx_rates.csv": "day,currency,rate\n2024-03-01,EUR,1.2\n2024-03-02,EUR,1.3\n",
    }
    one = bring(admin, later, source="books")
    step(admin, one, "undo")
    assert one.report["taken_back"] == {"costs": 2, "fx_rates": 2}

    def last(rows, *together):
        found = rows.order_by(*together, "-known_on", "-id").distinct(*together)
        return [float(getattr(row, "rate", getattr(row, "amount", None))) for row in found]

    assert last(Cost.objects.all(), "day", "kind", "currency") == [500, 0]
    assert last(FxRate.objects.all(), "day", "currency") == [1.1, 1.3]


def taken_back(client, one):
    step(client, one, "undo")
    assert one.state == Import.State.UNDONE, one.problem
    return one


SECOND = {
    "customers.csv": "customer_id,name,industry,segment,created_on\nC1,Uno,Rail,large,2024-01-01\n"
    "C2,Two,,small,2024-01-01\n",
    "contacts.csv": "contact_id,customer_id,name,role,left_on\nP1,C1,Ana B,user,2024-06-01\n",
    "subscriptions.csv": "subscription_id,customer_id,interval,amount,currency,starts_on,ends_on,cancelled_on\n"
    "S1,C1,month,100,USD,2024-01-01,2024-05-01,2024-04-15\nS1,C1,month,130,USD,2024-05-01,,\n",
    "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency,status,paid_on\n"
    "I1,C1,2024-02-01,2024-02-10,100,USD,paid,2024-02-09\n",
    "tickets.csv": "ticket_id,customer_id,opened_at,escalated,priority,closed_at\nT1,C1,2024-03-01,no,low,2024-03-09\n",
    "responses.csv": "survey,customer_id,contact_id,sent_at,answered_at,score\nNPS,C1,P1,2024-03-04,2024-03-06,3\n",
    "churn_events.csv": "customer_id,on,reason\nC2,2024-06-01,Price\nC1,2024-07-01,Moved\n",
    "scores.csv": "customer_id,day,name,score\nC1,2024-03-01,Old,40\nC2,2024-03-01,Old,50\n",
    "features.csv": "feature,label,kind\nmap,Map,core\nexport,Export,core\n",
}
FIRST = FILES | {
    "responses.csv": "survey,customer_id,contact_id,sent_at,answered_at,score\nNPS,C1,P1,2024-03-04,2024-03-05,9\n",
    "customers.csv": "customer_id,name,industry,created_on\nC1,One,Air,2024-01-01\nC2,Two,,2024-01-01\n",
    "churn_events.csv": "customer_id,on,reason\nC2,2024-06-01,Competitor\n",
    "scores.csv": "customer_id,day,name,score\nC1,2024-03-01,Old,60\n",
    "features.csv": "feature,label,kind\nmap,Karte,sticky\n",
}


def state():
    """All that an import may change of what was there, as it is believed now."""
    return {
        "customers": list(Customer.objects.order_by("id").values("name", "industry", "attributes", "created_on")),
        "facts": [
            one for one in latest(AttributeChange, "customer", "key", "value", by=2) if one[3] and one[2] != "name"
        ],
        "contacts": list(Contact.objects.values("name", "role", "left_on")),
        "invoices": latest(InvoiceState, "invoice", "status", "paid_on"),
        "tickets": latest(TicketState, "ticket", "priority", "escalated", "closed_at"),
        "versions": [
            one
            for one in latest(SubscriptionVersion, "subscription", "number", "amount", "ends_on", "starts_on", by=2)
            if one[4] != one[5]
        ],
        "responses": latest(Response, "invitation", "score", "answered_at"),
        "losses": latest(ChurnEvent, "customer", "day", "reason__label", by=2),
        "scores": latest(ForeignScore, "customer", "day", "score", by=2),
        "features": list(Feature.objects.exclude(key="").order_by("key").values_list("key", "kind")),
        "mrr": list(gather(AsOf.live(), ["mrr"]).columns["mrr"]),
    }


def latest(model, *columns, by=1):
    rows = model.objects.order_by(*columns[:by], "-known_on", "-id").distinct(*columns[:by])
    return [tuple(one) for one in rows.values_list("known_on", *columns) if one]


def test_what_was_there_is_again_as_it_was(admin):  # noqa: F811
    bring(admin, FIRST)
    before = state()
    one = bring(admin, SECOND)
    changed = state()
    assert not [noun for noun in before if noun != "mrr" and before[noun] == changed[noun]]
    page = admin.get(reverse("data:import-undo", args=[one.uid])).content.decode()
    assert "What is taken back" in page and "changed again" not in page
    taken_back(admin, one)
    again = state()
    for noun, rows in before.items():
        known = [row[1:] if isinstance(row, tuple) and noun != "features" else row for row in rows]
        found = [row[1:] if isinstance(row, tuple) and noun != "features" else row for row in again[noun]]
        if noun == "features":
            known = [*known, ("export", "other")]
            known.sort()
        assert found == known, noun
    assert one.report["taken_back"]["customers"] == 2
    assert not ImportedChange.objects.exists()
    admin.post(reverse("data:import-undo", args=[one.uid]))
    assert Import.objects.get(pk=one.pk).state == Import.State.UNDONE


USED = "customer_id,day,feature,events,users,person,errors\n"
FIRST_USE = {
    "customers.csv": FILES["customers.csv"],
    "usage.csv": USED + "C1,2024-03-04,map,5,,ana,0\nC1,2024-03-05,map,3,,ana,1\n",
}
MORE_USE = {
    "usage.csv": USED + "C1,2024-03-05,map,9,,ana,1\nC1,2024-03-05,map,2,,bo,0\nC1,2024-03-06,export,4,,bo,0\n"
    "C2,2024-04-01,map,1,,cy,0\n",
}


def use():
    """All of usage as it adds up, without days on which nothing is left, and the marks beside it."""
    days = UsageDay.objects.values_list("customer", "feature__key", "day").annotate(
        Sum("events"), Sum("users"), Sum("errors")
    )
    marks = [(one.customer_id, one.person, one.days) for one in UsagePerson.objects.all() if one.days]
    feature_marks = [
        (one.customer_id, one.feature_id, one.days) for one in UsageFeaturePerson.objects.all() if one.days
    ]
    feeds = [list(model.objects.order_by("id").values_list("day", "source__key")) for model in (FeedDay, CustomerFeed)]
    return sorted(one for one in days if any(one[3:])), sorted(marks), sorted(feature_marks), feeds


def test_usage_is_taken_away_again(admin, travel):  # noqa: F811
    first = bring(admin, FIRST_USE, source="product")
    before, keys = use(), ["events_28", "active_users_28", "active_days_28"]
    then = AsOf.at(date(2024, 3, 20))
    known = gather(then, keys)
    travel(1)
    second = bring(admin, MORE_USE, source="product")
    (told,) = second.report["files"]
    assert not told["history"] and use() != before
    travel(3)
    between = AsOf.at(clock.today() - timedelta(1))
    believed = gather(between, keys)
    taken_back(admin, second)
    assert use() == before
    assert_same(gather(then, keys), known)
    assert not any(model.objects.filter(of_id=second.pk).exists() for model in (ImportedUsage, ImportedPerson))
    assert_same(gather(between, keys), believed)

    taken_back(admin, first)
    assert use() == ([], [], [], [[], []])
    assert not UsageDay.objects.exclude(known_on__gte=clock.today() - timedelta(4)).exists()
    again = bring(admin, FIRST_USE, source="product")
    assert {one["history"] for one in again.report["files"]} == {True}
    assert [row[1:] for row in use()[0]] == [row[1:] for row in before[0]]
    assert set(UsageDay.objects.filter(day="2024-03-04").values_list("known_on")) == {(date(2024, 3, 4),)}


def assert_same(one, other):
    for key, column in one.columns.items():
        np.testing.assert_array_equal(column, other.columns[key])


def test_usage_of_whole_months_goes_but_for_what_others_added(admin):  # noqa: F811
    """Without persons a first load makes whole partitions: see ``usage.loads.fresh``."""
    files = FIRST_USE | {"usage.csv": "customer_id,day,feature,events\nC1,2019-03-04,map,5\nC1,2019-05-05,map,3\n"}
    one = bring(admin, files, source="product")
    customer = Customer.objects.get(name="One")
    record(rows=[Used(customer.pk, date(2019, 3, 4), 7, "map")], source=product(), known_on=clock.today())
    taken_back(admin, one)
    assert [row[1:4] for row in use()[0]] == [("", date(2019, 3, 4), 7), ("map", date(2019, 3, 4), 7)]


def test_what_is_kept_for_an_undo_is_let_go(admin, travel):  # noqa: F811
    bring(admin, FIRST_USE, source="product")
    one = bring(admin, MORE_USE | {"customers.csv": FILES["customers.csv"].replace("Two", "Zwei")}, source="product")
    assert ImportedUsage.objects.exists() and ImportedChange.objects.exists()
    who = {"contacts.csv": FILES["contacts.csv"]}
    bring(admin, who, source="product")
    bring(admin, {name: text.replace("Ana", "Bo") for name, text in who.items()}, source="product")
    ana, kept = Contact.objects.get(), ImportedChange.objects.filter(noun="contacts")
    assert export.held(ana)["changes by imports"] == [{"before": {"name": "Ana"}, "after": {"name": "Bo"}}]
    erasing.erase(contact=ana, by=None, at=clock.now())
    assert not kept.exists()
    travel(91)
    keeping.tidy(day=clock.today())
    assert not any(model.objects.exists() for model in (ImportedUsage, ImportedPerson, ImportedChange, ImportedRow))
    admin.force_login(one.by)
    assert "90 days" in admin.get(reverse("data:import-undo", args=[one.uid])).content.decode()


@pytest.fixture
def travel():
    """Let days pass."""
    with time_machine.travel(clock.now(), tick=False) as time:
        yield lambda days: time.shift(timedelta(days=days))


def test_the_versions_of_a_subscription_stay_together(admin):  # noqa: F811
    names = ("customers.csv", "subscriptions.csv")
    bring(admin, {name: FIRST[name] for name in names})
    one = bring(admin, {"subscriptions.csv": SECOND["subscriptions.csv"]})
    new = SubscriptionVersion.objects.get(number=2)
    more = Version(subscription_id=new.subscription_id, number=2, starts_on=new.starts_on, amount=Decimal(170))
    versions.record(versions=[more], known_on=clock.today())
    page = admin.get(reverse("data:import-undo", args=[one.uid])).content.decode()
    assert "2 values were changed again since" in page and "<td>amount</td>" in page and "<td>mrr</td>" in page
    taken_back(admin, one)
    assert {
        number: (amount, ends_on)
        for _known, _subscription, number, amount, ends_on in latest(
            SubscriptionVersion, "subscription", "number", "amount", "ends_on", by=2
        )
        if _subscription == new.subscription_id
    } == {1: (100, date(2024, 5, 1)), 2: (170, None)}
