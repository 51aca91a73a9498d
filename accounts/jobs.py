from datetime import date

from accounts.domain import answers
from core import clock
from core.domain import forms
from core.ticks import nightly


@nightly("forms", order=5)
def forget_old_forms(day: date) -> None:
    forms.forget(before=clock.now())


@nightly("answers", order=5)
def forget_old_answers(day: date) -> None:
    answers.forget(at=clock.now())
