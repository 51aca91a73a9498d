"""The list of customers, among the lists that there are."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from core.lists import bars
from core.lists.declared import ListOf, declare
from customers.models import Customer
from desk.bulk_forms import ContactsForm
from desk.filters import CustomerFilter
from desk.tables import CustomerTable
from subscriptions.queries.shown import shown


def rows(user: User) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user).current().filter(standing__isnull=False)


def _counted(count: int) -> Any:
    return ngettext("%(count)s customer", "%(count)s customers", count)


CUSTOMERS = declare(
    ListOf(
        key="customers",
        label=_("Customers"),
        icon="building-office-2",
        order=10,
        url_name="desk:customers",
        table=CustomerTable,
        filters=CustomerFilter,
        rows=rows,
        sort="-at_risk",
        counted=_counted,
        options=lambda: {"shown": shown()},
    )
)

bars.give("contacts", bars.Bar("desk/lists/_contacts_bar.html", lambda user: {"bulk_form": ContactsForm(by=user)}))
bars.give("runs", bars.Bar("desk/lists/_runs_bar.html", lambda user: {}))
