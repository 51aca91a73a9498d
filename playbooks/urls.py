from django.urls import path

from customers.views import kept_rules
from customers.views.lists import listed
from playbooks.lists import RUNS
from playbooks.views import books, queue_rules, runs

app_name = "playbooks"

urlpatterns = [
    path("customers/runs/", listed(RUNS), name="runs"),
    path("playbooks/", books.listed, name="playbooks"),
    path("playbooks/queue-rules/", queue_rules.listed, name="queue-rules"),
    *kept_rules.paths("playbooks/queue-rules/", queue_rules.KEPT),
    path("playbooks/new/", books.create, name="create"),
    path("playbooks/<uuid:uid>/", books.playbook, name="playbook"),
    path("playbooks/<uuid:uid>/edit/", books.edit, name="edit"),
    path("playbooks/<uuid:uid>/publish/", books.publish, name="publish"),
    path("playbooks/<uuid:uid>/deactivate/", books.deactivate, name="deactivate"),
    path("playbooks/versions/<uuid:uid>/look/", books.look, name="look"),
    path("playbooks/versions/<uuid:uid>/activate/", books.activate, name="activate"),
    path("playbooks/dry-runs/<uuid:uid>/", books.dry, name="dry-run"),
    path("playbooks/runs/<uuid:uid>/", runs.run, name="run"),
    path("playbooks/runs/<uuid:uid>/act/", runs.act, name="act"),
    path("playbooks/mails/<uuid:uid>/", runs.letter, name="letter"),
    path("playbooks/tasks/<uuid:uid>/mail/", runs.of_task, name="letter-of-task"),
]
