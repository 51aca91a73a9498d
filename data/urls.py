from django.urls import path

from data import views

app_name = "data"

urlpatterns = [path("health/old-score/upload/", views.upload_scores, name="upload-scores")]
