from datetime import date

from core.ticks import nightly
from subscriptions.domain import ledger


@nightly("tell movements", order=10)
def tell_movements(day: date) -> None:
    ledger.tell_known(day=day)
