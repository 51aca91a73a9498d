from django.urls import path

from core.signed import provider_hooks
from customers import hooks
from customers.lists import CONTACTS
from customers.views import filters, lists, rules

app_name = "customers"

urlpatterns = [
    path("customers/saved-filters/", filters.filters, name="filters"),
    path("customers/saved-filters/new/", filters.new, name="new-filter"),
    path("customers/saved-filters/<uuid:uid>/", filters.edit, name="filter"),
    path("customers/saved-filters/<uuid:uid>/delete/", filters.delete, name="delete-filter"),
    path("customers/contacts/", lists.listed(CONTACTS), name="contacts"),
    path("customers/columns/<slug:key>/", lists.columns, name="columns"),
    path("rules/rows/", rules.rows, name="rule-rows"),
    path("rules/count/", rules.count, name="rule-count"),
    path("rules/near/", rules.near, name="rule-near"),
    path("hooks/mail/incoming/", hooks.incoming, name="incoming"),
    *provider_hooks(inbound=True),
]
