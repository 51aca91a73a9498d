from django.urls import path

from usage.views import book, customer, events, intake

app_name = "usage"

urlpatterns = [
    path("usage/", book.overview, name="overview"),
    path("usage/keeping/", book.what_keeps, name="keeping"),
    path("usage/events/", events.events, name="events"),
    path("usage/events/rules/", events.add_rule, name="add-rule"),
    path("usage/events/rules/<int:pk>/remove/", events.remove_rule, name="remove-rule"),
    path("usage/events/features/<uuid:uid>/kind/", events.classify, name="classify"),
    path("usage/intake/", intake.intake, name="intake"),
    path("usage/intake/attach/", intake.attach, name="attach"),
    path("usage/intake/rejected/<int:pk>/", intake.rejected, name="rejected"),
    path("usage/intake/replay/", intake.replay, name="replay"),
    path("usage/intake/settings/", intake.change_settings, name="settings"),
    path("usage/customers/<uuid:uid>/", customer.customer, name="customer"),
    path("usage/customers/<uuid:uid>/rows/", customer.rows, name="rows"),
    path("usage/customers/<uuid:uid>/entitle/", customer.entitle, name="entitle"),
]
