from django.urls import include, path

from accounts import people, views

ours = [
    path("people/", people.people, name="people"),
    path("people/<uuid:uid>/invite/", people.invite_again, name="invite-again"),
    path("people/<uuid:uid>/uninvite/", people.uninvite, name="uninvite"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
]
urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read-notices"),
    path("notices/<uuid:uid>/", views.notice, name="notice"),
    path("preferences/", views.preferences, name="preferences"),
    path("email/", views.address, name="account_email"),  # before allauth's own page of that name
    path("", include((ours, "accounts"))),
    path("", include("allauth.urls")),
]
