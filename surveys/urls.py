from django.urls import path

from surveys.views import answer, hooks

app_name = "surveys"

urlpatterns = [
    path("s/<str:token>", answer.answer, name="answer"),
    path("s/<str:token>/unsubscribe", answer.unsubscribe, name="unsubscribe"),
    path("hooks/mail/events/", hooks.events, name="mail-events"),
    *hooks.provider_hooks(),
]
