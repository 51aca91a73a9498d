from django.urls import path

from customers.views import kept_rules
from health.views import backtests, book, customers, editor, risks, scorecards, signal_rules, signals

app_name = "health"

urlpatterns = [
    path("customers/<uuid:uid>/health/", customers.health, name="customer"),
    path("customers/<uuid:uid>/health/override/", customers.override, name="override"),
    path("customers/<uuid:uid>/health/computed/", customers.withdraw, name="withdraw-override"),
    path("customers/<uuid:uid>/risks/new/", risks.new, name="new-risk"),
    path("health/book/", book.book, name="book"),
    path("health/book/rows/", book.rows, name="book-rows"),
    path("health/bands/", book.movements, name="movements"),
    path("health/bands/rows/", book.moved, name="moved"),
    path("health/risks/", risks.risks, name="risks"),
    path("health/risks/<uuid:uid>/", risks.edit, name="risk"),
    path("health/risks/<uuid:uid>/close/", risks.close, name="close-risk"),
    path("health/backtests/", backtests.backtests, name="backtests"),
    path("health/backtests/<uuid:uid>/", backtests.backtest, name="backtest"),
    path("health/backtests/<uuid:uid>/share/", backtests.share, name="share-backtest"),
    path("health/backtests/<uuid:uid>/weights/", backtests.suggest_weights, name="suggest-weights"),
    path("health/backtests/<uuid:uid>/weights/keep/", backtests.keep_weights, name="keep-weights"),
    path("health/old-score/", backtests.old_score, name="old-score"),
    path("health/scorecards/", scorecards.scorecards, name="scorecards"),
    path("health/scorecards/new/", editor.create, name="new-scorecard"),
    path("health/scorecards/<slug:key>/", editor.edit, name="scorecard"),
    path("health/scorecards/<slug:key>/curve/", editor.picture, name="scorecard-curve"),
    path("health/scorecards/<slug:key>/publish/", editor.publish, name="publish-scorecard"),
    path("health/scorecards/<slug:key>/discard/", editor.discard, name="discard-draft"),
    path("health/measures/", scorecards.measures, name="measures"),
    path("health/measures/test/", scorecards.test_measures, name="test-measures"),
    path("health/", signals.signals, name="signals"),
    *kept_rules.paths("health/signals/rules/", signal_rules.KEPT),
    path("health/signals/<uuid:uid>/snooze/", signals.snooze, name="snooze-signal"),
    path("health/signals/<uuid:uid>/dismiss/", signals.dismiss, name="dismiss-signal"),
    path("health/signals/held/<int:pk>/", signals.release, name="release-signals"),
    path("proof/<str:token>/", backtests.shared, name="shared-backtest"),
]
