from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.domain import answers, digest, guesses, letters, notices  # noqa: F401 (letters: kinds of mail)
from accounts.domain.audit import seals
from core import clock, jobs
from core.domain import forms
from core.ticks import nightly, sweeper


@nightly("forms", order=5)
def forget_old_forms(day: date) -> None:
    forms.forget(before=clock.now())


@nightly("answers", order=5)
def forget_old_answers(day: date) -> None:
    answers.forget(at=clock.now())


@nightly("guesses", order=5)
def forget_old_guesses(day: date) -> None:
    guesses.forget(at=clock.now())


@nightly("notices", order=5)
def forget_old_notices(day: date) -> None:
    notices.forget(at=clock.now())


@sweeper("accounts.digest")
def look_for_mornings() -> None:
    digest.look(at=clock.now())


@sweeper("audit")
def seal_the_audit_log() -> None:
    seals.seal()


@jobs.job(digest.KIND)
def make_digests(payload: Mapping[str, Any]) -> None:
    digest.make(zone=payload["zone"], day=date.fromisoformat(payload["day"]))
