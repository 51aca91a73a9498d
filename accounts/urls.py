from django.urls import include, path

from accounts import views

urlpatterns = [
    path("email/", views.address, name="account_email"),  # before allauth's own page of that name
    path("", include("allauth.urls")),
]
