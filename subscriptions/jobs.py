from datetime import date

from core.ticks import nightly
from subscriptions.domain import curves, ledger, rulesets


@nightly("tell movements", order=10)
def tell_movements(day: date) -> None:
    ledger.tell_known(day=day)


@nightly("keep curves", order=11)
def keep_curves(day: date) -> None:
    curves.freshen(ruleset=rulesets.current())
