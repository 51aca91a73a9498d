from django.urls import path
from django.views.generic import RedirectView

from customers.views.lists import listed
from subscriptions import hooks, views
from subscriptions.lists import SUBSCRIPTIONS

app_name = "subscriptions"

urlpatterns = [
    path("customers/subscriptions/", listed(SUBSCRIPTIONS), name="subscriptions"),
    path("money/", RedirectView.as_view(pattern_name="subscriptions:collections", query_string=True), name="money"),
    path("money/collections/", views.collections_page, name="collections"),
    path("money/renewals/", views.renewals_page, name="renewals"),
    path("money/committed/", views.committed_page, name="committed"),
    path("money/saves/", views.saves_page, name="saves"),
    path("money/costs/", views.costs, name="costs"),
    path("money/attention/", views.attention_page, name="attention"),
    path("customers/<uuid:uid>/money/", views.money_of_customer, name="customer"),
    path("customers/<uuid:uid>/money/card/", views.card, name="card"),
    path("customers/<uuid:uid>/money/<uuid:subscription>/save/", views.save, name="save"),
    path("customers/<uuid:uid>/money/<uuid:subscription>/kind/", views.kind, name="kind"),
    path("hooks/stripe/", hooks.stripe, name="stripe-hook"),
    path("settings/stripe/", views.stripe_page, name="stripe"),
    path("settings/stripe/again/", views.stripe_again, name="stripe-again"),
    path("settings/stripe/fetch/", views.stripe_fetch, name="stripe-fetch"),
    path("settings/stripe/<int:pk>/", views.stripe_event, name="stripe-event"),
    path("settings/money/", views.money_settings, name="settings"),
    path("settings/money/progress/", views.progress, name="progress"),
    path("settings/money/<slug:key>/", views.what_if_setting, name="what-if"),
]
