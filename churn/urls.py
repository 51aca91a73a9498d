from django.urls import path

from churn import views

app_name = "churn"

urlpatterns = [
    path("reports/retention/", views.retention, name="retention"),
    path("reports/retention/rows/", views.retention_rows, name="retention-rows"),
]
