from django.urls import path

from desk.views import bulk, customer, customers, figures, giving, home, plays, queue, surveys, team, work
from desk.views import path as way

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("home/<slug:key>/", home.rows, name="home-rows"),
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
    path("customers/give/", giving.give, name="give"),
    path("customers/play/", plays.play_listed, name="play-listed"),
    path("customers/<uuid:uid>/play/", plays.play, name="play"),
    path("customers/<uuid:uid>/note/", customer.add_note, name="add-note"),
    path("customers/<uuid:uid>/touch/", customer.log_touch, name="log-touch"),
    path("customers/<uuid:uid>/task/", customer.add_task, name="add-task"),
    path("customers/<uuid:uid>/hand-off/", way.hand_off, name="hand-off"),
    path("customers/<uuid:uid>/hand-off/save/", way.save_hand_off, name="save-hand-off"),
    path("customers/<uuid:uid>/hand-off/take-over/", way.take_over, name="take-over"),
    path("customers/<uuid:uid>/implementation/", way.implementation, name="implementation"),
    path("customers/<uuid:uid>/implementation/record/", way.add_record, name="add-record"),
    path("customers/<uuid:uid>/implementation/<slug:stage>/", way.reach, name="reach"),
    path("customers/<uuid:uid>/documents/<uuid:document>/", way.document, name="document"),
    path("customers/<uuid:uid>/plan/", way.plan, name="plan"),
    path("customers/<uuid:uid>/plan/print/", way.plan_to_print, name="plan-to-print"),
    path("customers/<uuid:uid>/plan/goals/", way.add_goal, name="add-goal"),
    path("customers/<uuid:uid>/plan/goals/<uuid:goal>/", way.move_goal, name="move-goal"),
    path("customers/<uuid:uid>/plan/goals/<uuid:goal>/drop/", way.drop_goal, name="drop-goal"),
    path("customers/<uuid:uid>/figures/<str:key>/", figures.figure, name="figure"),
    path("surveys/<uuid:uid>/loop/", surveys.survey_loop, name="survey-loop"),
    path("surveys/<uuid:uid>/renewals/<slug:key>/", surveys.survey_renewals, name="survey-renewals"),
]
