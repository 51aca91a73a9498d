from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from core import clock
from customers.registry import Better, Scope, Sql, Tier, Type, measure


@measure(
    key="open_work_items",
    label=_("Open tasks"),
    type=Type.NUMBER,
    better=Better.LESS,
    tier=Tier.DERIVED,
    description=_("Tasks that are open or snoozed: neither done nor cleared."),
)
def open_work_items(at: Scope) -> Sql:
    """Every customer has a row: none is 0, not missing."""
    return at.sql(
        """
        SELECT {customer}, COUNT(item.id)
        FROM (SELECT id AS customer_id, created_on AS day, known_on FROM customers_customer) c {canonical}
        LEFT JOIN playbooks_workitem item ON item.customer_id = c.customer_id
            AND item.opened_at < %(moment)s AND (item.closed_at IS NULL OR item.closed_at >= %(moment)s)
        WHERE {visible} AND {scope} GROUP BY 1
        """,
        table="c",
        moment=datetime.combine(min(at.at.day, at.at.known_on), time(), tzinfo=clock.zone()),
    )
