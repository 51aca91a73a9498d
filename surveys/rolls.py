"""Whose measures of answers may differ on a later day."""

from collections.abc import Iterator

from customers.registry import Sql
from customers.registry.rolling import Step, passed, rolls
from surveys import measures


@rolls(measures.last_nps, ages={"days_since_nps": 1})
def of_answers(step: Step) -> Iterator[Sql]:
    old = passed("r.day", measures.KEPT)
    yield step.sql(f"SELECT {{customer}} FROM surveys_response r {{canonical}} WHERE {{new}} OR {old}", table="r")
