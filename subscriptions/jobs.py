from datetime import date

from core.ticks import nightly
from subscriptions.domain import curves, rulesets


@nightly("keep curves", order=11)
def keep_curves(day: date) -> None:
    curves.freshen(ruleset=rulesets.current())
