"""The list of contacts."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from core.lists.declared import ListOf, declare
from core.lists.filters import YesNo
from core.lists.table import DaySorted, LabelColumn, ListTable, NameColumn, TextSorted
from core.markup import markup
from core.tables import PersonColumn
from customers.lists.filters import OfCustomersFilter
from customers.lists.rows import of_customers
from customers.models import Contact, ContactRole


class ContactFilter(OfCustomersFilter):
    role = django_filters.ChoiceFilter(choices=ContactRole.choices, label=_("Role"), empty_label=_("Any role"))
    consent = django_filters.ChoiceFilter(
        choices=Contact.Consent.choices, label=_("Consent"), empty_label=_("Any consent")
    )
    email = django_filters.CharFilter(lookup_expr="iexact", label=_("E-mail"), max_length=254)
    left = YesNo(
        field_name="left_on",
        lookup_expr="isnull",
        exclude=True,
        label=_("Left the company"),
        either=_("Here or gone"),
        yes=_("Left the company"),
        no=_("Still there"),
        help_text=_("Only those who left, or who did not."),
    )

    FIRST = ("q", "saved", "owner", "role", "left")
    FURTHER = ("consent", "email")
    FACETS = {"role": "role", "consent": "consent"}
    SEARCHED = ("name", "email")

    class Meta:
        model = Contact
        fields: list[str] = []


class ContactTable(ListTable):
    LEAD = "name"
    TICKS = "contacts"
    USUAL = ("customer", "role", "email", "consent", "left")
    KEPT_AT = {"name": ("name",), "owner": ("customer__owner__name",)}

    name = TextSorted(accessor="name", verbose_name=_("Contact"), empty_values=(None,), attrs={"td": {"class": "lead"}})
    customer = NameColumn(accessor="customer", verbose_name=_("Customer"))
    role = LabelColumn(accessor="role", labels=ContactRole.choices, verbose_name=_("Role"))
    email = TextSorted(accessor="email", verbose_name=_("E-mail"))
    consent = LabelColumn(accessor="consent", labels=Contact.Consent.choices, verbose_name=_("Consent"))
    language = TextSorted(accessor="language", verbose_name=_("Language"))
    zone = TextSorted(accessor="time_zone", verbose_name=_("Time zone"))
    left = DaySorted(accessor="left_on", verbose_name=_("Left"))
    owner = PersonColumn(accessor="customer__owner", order_by=("customer__owner__name", "pk"), verbose_name=_("Owner"))

    rank = {"email": 2, "consent": 3, "left": 3, "owner": 3}

    class Meta(ListTable.Meta):
        model = Contact
        fields = ()

    def render_name(self, record: Contact) -> SafeString:
        return markup('<a href="{}#people" data-row>{}</a>', record.customer.get_absolute_url(), record)


def rows(user: User) -> QuerySet[Contact]:
    return of_customers(Contact.objects.select_related("customer__owner"), user)


def _counted(count: int) -> Any:
    return ngettext("%(count)s contact", "%(count)s contacts", count)


CONTACTS = declare(
    ListOf(
        key="contacts",
        label=_("Contacts"),
        icon="users",
        order=20,
        url_name="customers:contacts",
        table=ContactTable,
        filters=ContactFilter,
        rows=rows,
        sort="name",
        counted=_counted,
        empty=_("Whom you talk to at your customers. They come from files or your CRM, or from a customer’s page."),
        begin=(_("Bring in files"), "data:imports"),
    )
)
