from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts.models import User
from customers.querysets import visible_customers

Rows = TypeVar("Rows", bound=QuerySet[Any])


def of_customers(rows: Rows, user: User) -> Rows:
    """Those of ``rows`` whose customer lists show ``user``: one that they see, and that is not archived. What belongs
    to a record that was merged away stays, for it belongs to the customer that it is now."""
    return rows.filter(visible_customers(user, "customer__"), customer__archived_on=None)
