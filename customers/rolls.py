"""Whose measures of contacts, people and tickets may differ on a later day."""

from collections.abc import Iterator

from customers import measures
from customers.measures import CHAMPION_GONE_DAYS, ESCALATION_DAYS
from customers.registry import Sql
from customers.registry.rolling import Step, passed, rolls


@rolls(measures.touch, ages={"days_since_touch": 1})
def touched(step: Step) -> Iterator[Sql]:
    yield step.sql("SELECT {customer} FROM customers_touchpoint t {canonical} WHERE t.two_way AND {new}", table="t")
    yield step.sql(TAKEN_BACK, table="t")


@rolls(measures.touches)
def touched_of_late(step: Step) -> Iterator[Sql]:
    yield from touched(step)
    left = f"SELECT {{customer}} FROM customers_touchpoint t {{canonical}} WHERE t.two_way AND {passed('t.day', 90)}"
    yield step.sql(left, table="t")


TAKEN_BACK = """
    SELECT {customer} FROM customers_touchpoint t {canonical}
    JOIN customers_touchpointtakenback b ON b.touchpoint_id = t.id
    WHERE b.known_on >= %(before_known_on)s AND b.known_on < %(known_on)s
"""


@rolls(measures.tickets)
def of_tickets(step: Step) -> Iterator[Sql]:
    yield step.sql("SELECT {customer} FROM customers_ticketstate s {canonical} WHERE {new}", table="s")
    days = " OR ".join(passed("t.day", days) for days in (ESCALATION_DAYS, 90, 180))
    yield step.sql(f"SELECT {{customer}} FROM customers_ticket t {{canonical}} WHERE {{new}} OR {days}", table="t")


@rolls(measures.contacts)
def of_contacts(step: Step) -> Iterator[Sql]:
    gone = passed("k.day", CHAMPION_GONE_DAYS)
    yield step.sql(
        f"SELECT {{customer}} FROM customers_contactchange k {{canonical}} WHERE {{new}} OR {gone}", table="k"
    )
