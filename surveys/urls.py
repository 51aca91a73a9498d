from django.urls import path

from core.signed import provider_hooks
from customers.views.lists import listed
from surveys.lists import ANSWERS
from surveys.views import accounts, answer, book, build, hooks, links, open_link, pages, rows, suspects

app_name = "surveys"

urlpatterns = [
    path("customers/answers/", listed(ANSWERS), name="answers"),
    path("surveys/", pages.surveys, name="surveys"),
    path("surveys/ask/", build.choose, name="choose"),
    path("surveys/new/", build.new, name="new"),
    path("surveys/<uuid:uid>/", pages.results, name="results"),
    path("surveys/<uuid:uid>/rows/<slug:key>/", rows.rows, name="rows"),
    path("surveys/<uuid:uid>/accounts/", accounts.accounts, name="accounts"),
    path("surveys/<uuid:uid>/comments/", pages.comments, name="comments"),
    path("surveys/<uuid:uid>/invitations/", pages.invitations, name="invitations"),
    path("surveys/<uuid:uid>/build/", build.build, name="build"),
    path("surveys/<uuid:uid>/preview/mail/", build.preview_mail, name="preview-mail"),
    path("surveys/<uuid:uid>/preview/page/", build.preview_page, name="preview-page"),
    path("surveys/<uuid:uid>/publish/", build.publish, name="publish"),
    path("surveys/<uuid:uid>/close/", build.close, name="close"),
    path("surveys/<uuid:uid>/campaigns/new/", build.campaign, name="campaign"),
    path("surveys/<uuid:uid>/campaigns/<uuid:campaign>/stop/", build.stop, name="stop"),
    path("surveys/<uuid:uid>/ask/", build.ask, name="ask"),
    path("surveys/<uuid:uid>/book/", book.ask_book, name="book"),
    path("surveys/<uuid:uid>/themes/", build.find_themes, name="find-themes"),
    path("surveys/<uuid:uid>/themes/<int:pk>/", build.theme, name="theme"),
    path("surveys/<uuid:uid>/links/", links.links, name="links"),
    path("surveys/<uuid:uid>/links/<uuid:link>/close/", links.close, name="close-link"),
    path("surveys/<uuid:uid>/suspects/<int:pk>/", suspects.settle, name="settle"),
    path("s/open/<str:token>", open_link.answer, name="open-link"),
    path("s/<str:token>", answer.answer, name="answer"),
    path("s/<str:token>/unsubscribe", answer.unsubscribe, name="unsubscribe"),
    path("hooks/mail/events/", hooks.events, name="mail-events"),
    *provider_hooks(inbound=False),
]
