from django.urls import path

from desk.views import bulk, customer, customers, figures, plays, queue, surveys, team, work

app_name = "desk"

urlpatterns = [
    path("", queue.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("queue/pace/", queue.set_pace, name="pace"),
    path("queue/team/", team.team, name="team"),
    path("queue/team/<uuid:uid>/hand-over/", team.hand_over, name="hand-over"),
    path("queue/bulk/complete/", bulk.complete, name="complete-bulk"),
    path("queue/bulk/snooze/", bulk.snooze, name="snooze-bulk"),
    path("queue/bulk/reassign/", bulk.reassign, name="reassign-bulk"),
    path("queue/bulk/play/", plays.play_ticked, name="play-bulk"),
    path("queue/bulk/undo/<uuid:uid>/", bulk.undo, name="undo-bulk"),
    path("tasks/<uuid:uid>/complete/", work.complete, name="complete"),
    path("tasks/<uuid:uid>/snooze/", work.snooze, name="snooze"),
    path("tasks/<uuid:uid>/reassign/", work.reassign, name="reassign"),
    path("tasks/<uuid:uid>/undo/", work.undo, name="undo"),
    path("customers/", customers.customers, name="customers"),
    path("customers/filters/", customers.save_filter, name="save-filter"),
    path("customers/<uuid:uid>/", customer.customer, name="customer"),
    path("customers/play/", plays.play_listed, name="play-listed"),
    path("customers/<uuid:uid>/play/", plays.play, name="play"),
    path("customers/<uuid:uid>/note/", customer.add_note, name="add-note"),
    path("customers/<uuid:uid>/touch/", customer.log_touch, name="log-touch"),
    path("customers/<uuid:uid>/task/", customer.add_task, name="add-task"),
    path("customers/<uuid:uid>/figures/<str:key>/", figures.figure, name="figure"),
    path("surveys/<uuid:uid>/loop/", surveys.survey_loop, name="survey-loop"),
]
