from datetime import date

from accounts.domain import answers
from core import clock
from core.ticks import nightly


@nightly("answers", order=5)
def forget_old_answers(day: date) -> None:
    answers.forget(at=clock.now())
