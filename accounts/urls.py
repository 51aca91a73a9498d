from django.urls import include, path

from accounts import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read-notices"),
    path("notices/<uuid:uid>/", views.notice, name="notice"),
    path("preferences/", views.preferences, name="preferences"),
    path("email/", views.address, name="account_email"),  # before allauth's own page of that name
    path("", include("allauth.urls")),
]
