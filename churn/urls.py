from django.urls import path

from churn import views

app_name = "churn"


urlpatterns = [
    path("reports/", views.report, {"name": "overview"}, name="overview"),
    path("reports/rows/", views.figure_rows, name="retention-rows"),
    *(
        path(f"reports/{name}/", views.report, {"name": name}, name=name)
        for name in views.REPORTS
        if name != "overview"
    ),
]
