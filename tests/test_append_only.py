"""Facts, events and the timeline are never changed: the database itself refuses."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core.facts import Fact
from core.models import Event
from customers.models import TimelineEntry

pytestmark = pytest.mark.django_db

FACTS = [model for model in apps.get_models() if issubclass(model, Fact)]
TABLES = sorted(model._meta.db_table for model in [*FACTS, Event, TimelineEntry])
CHANGES = {
    "update": "UPDATE {table} SET known_on = known_on",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_a_fact_is_not_changed(table, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHANGES[change].format(table=table))


@pytest.mark.parametrize("change", ["delete", "truncate"])
@pytest.mark.parametrize("table", ["usage_usageday", "usage_usageperson"])
def test_usage_only_grows(table, change):
    test_a_fact_is_not_changed(table, change)


def test_the_tables_are_those_we_think():
    assert {"customers_touchpoint", "core_event", "customers_timelineentry"} <= set(TABLES)
