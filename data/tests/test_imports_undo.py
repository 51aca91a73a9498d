"""An import is taken back: as if it had never been, as far as facts that only grow allow."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse

from core import jobs
from core.clock import AsOf
from core.models import ExternalId
from customers.models import Customer
from customers.registry import gather
from data.models import Import
from data.tests.test_imports import admin, file, mapped, send, step  # noqa: F401 (a fixture)
from subscriptions.models import Cost, FxRate

pytestmark = pytest.mark.django_db

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


def test_what_was_there_before_keeps_what_the_import_changed(admin):  # noqa: F811
    bring(admin, {"customers.csv": FILES["customers.csv"]})
    changed = bring(admin, {"customers.csv": FILES["customers.csv"].replace("Two", "Zwei") + "C3,Three,2024-01-01\n"})
    step(admin, changed, "undo")
    assert set(Customer.objects.filter(archived_on=None).values_list("name", flat=True)) == {"One", "Zwei"}


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
