from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from core import clock
from core.jobs import job
from core.ticks import nightly
from subscriptions.domain import curves, dunning, generations, metering, news, rulesets
from subscriptions.stripe import apply, fetching, said, shared


@nightly("ask stripe", order=9)
def ask_stripe(day: date) -> None:
    fetching.plan_night(at=clock.now())
    said.forget_people(before=clock.now())


@nightly("end what is unpaid", order=10)
def end_unpaid(day: date) -> None:
    dunning.run(day=day - timedelta(days=1))


@nightly("take the mean of what was metered", order=10)
def take_means(day: date) -> None:
    metering.run(day=day)


@nightly("tell what became known", order=11)
def tell_movements(day: date) -> None:
    news.tell_what_became_known(day=day)


@nightly("keep curves", order=11)
def keep_curves(day: date) -> None:
    curves.freshen(ruleset=rulesets.current())


@job(generations.STEP, long=True)
def generation(payload: Mapping[str, Any]) -> None:
    generations.step(ruleset=payload["ruleset"], after=payload["after"])


@job(said.JOB)
def look_at_stripe(payload: Mapping[str, Any]) -> None:
    if "customer" in payload:
        apply.customers(ids=[payload["customer"]], at=clock.now())
    else:
        shared.look(kind=payload["kind"], id=payload["object"])


@job(fetching.JOB, long=True)
def fetch_from_stripe(payload: Mapping[str, Any]) -> None:
    fetching.step(run=payload, at=clock.now())
