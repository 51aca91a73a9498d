from django.urls import path

from health.views import backtests

app_name = "health"

urlpatterns = [
    path("health/backtests/", backtests.backtests, name="backtests"),
    path("health/backtests/<uuid:uid>/", backtests.backtest, name="backtest"),
    path("health/backtests/<uuid:uid>/share/", backtests.share, name="share-backtest"),
    path("health/old-score/", backtests.old_score, name="old-score"),
    path("proof/<str:token>/", backtests.shared, name="shared-backtest"),
]
