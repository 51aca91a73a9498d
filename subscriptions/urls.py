from django.urls import path

from subscriptions import views

app_name = "subscriptions"

urlpatterns = [
    path("money/collections/", views.collections_page, name="collections"),
    path("money/attention/", views.attention_page, name="attention"),
    path("settings/money/", views.money_settings, name="settings"),
    path("settings/money/progress/", views.progress, name="progress"),
    path("settings/money/<slug:key>/", views.what_if_setting, name="what-if"),
]
