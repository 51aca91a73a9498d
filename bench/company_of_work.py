"""A company of 100,000 customers with standings, 200 books of 500, and tasks for one in three: made by statements."""

from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import Role, User

CUSTOMERS, BOOKS = 100_000, 200


def make() -> User:
    """Fill an empty database. Returns the CSM of one of its books, who has a task for each of their customers."""
    with connection.cursor() as cursor:
        cursor.execute((Path(__file__).parent / "company_of_work.sql").read_text())
        csm = User.objects.filter(role=Role.CSM).order_by("pk")[BOOKS // 2]
        cursor.execute(MORE, [csm.pk])
        cursor.execute("ANALYZE playbooks_workitem")
    return csm


MORE = """
INSERT INTO playbooks_workitem (uid, customer_id, owner_id, cause, title, reasons, lane, due_on, state, snooze_reason,
                                outcome, opened_at, version)
SELECT gen_random_uuid(), id, owner_id, 'rule:renewal', 'Settle the renewal', '[]', 'risk',
       current_date + (id %% 30)::int, 'open', '', '', now(), 1
FROM customers_customer WHERE owner_id = %s"""


def rules() -> list[dict[str, Any]]:
    """What twenty playbooks wait for: filters over measures and attributes, dates and schedules."""
    measured = ["score", "active_users_28", "core_adoption_28", "last_nps", "open_tickets", "days_since_touch"]
    found: list[dict[str, Any]] = [
        {"kind": "filter", "rule": {"all": [
            {"key": f"measure.{measured[n % 6]}", "op": "<", "value": 3 + n},
            {"any": [{"key": "attribute.industry", "op": "is", "value": "Retail"},
                     {"key": "measure.mrr", "op": ">", "value": 1000 * n}]},
        ]}}
        for n in range(14)
    ]  # fmt: skip
    found += [
        {"kind": "date", "key": "measure.notice_on", "side": "before", "days": days} for days in (120, 90, 60, 30)
    ]
    birthday = {"kind": "date", "key": "attribute.created_on", "side": "after", "yearly": True, "days": 0}
    return [*found, {"kind": "schedule", "every": "day"}, birthday]
