from django.urls import path

from health.views import backtests, customers

app_name = "health"

urlpatterns = [
    path("customers/<uuid:uid>/health/", customers.health, name="customer"),
    path("customers/<uuid:uid>/health/override/", customers.override, name="override"),
    path("customers/<uuid:uid>/health/computed/", customers.withdraw, name="withdraw-override"),
    path("health/backtests/", backtests.backtests, name="backtests"),
    path("health/backtests/<uuid:uid>/", backtests.backtest, name="backtest"),
    path("health/backtests/<uuid:uid>/share/", backtests.share, name="share-backtest"),
    path("health/old-score/", backtests.old_score, name="old-score"),
    path("proof/<str:token>/", backtests.shared, name="shared-backtest"),
]
