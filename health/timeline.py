"""How a judgement on a score is said on a customer's timeline."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.registry import sentence
from health.models import Risk


@sentence("score_overridden", label=gettext_lazy("Overrides"), icon="hand-raised")
def score_overridden(values: Mapping[str, Any]) -> str:
    told = {"score": values["score"], "until": date_format(date.fromisoformat(values["until"]), "j F Y")}
    return _("Score set to %(score)s by hand until %(until)s") % told


@sentence("risk_opened", label=gettext_lazy("Risks"), icon="shield-exclamation")
def risk_opened(values: Mapping[str, Any]) -> str:
    return _("A risk was named: %(reason)s") % {"reason": values["reason"]}


@sentence("risk_closed", label=gettext_lazy("Risks"), icon="shield-check")
def risk_closed(values: Mapping[str, Any]) -> str:
    outcome = Risk.Outcome(values["outcome"]).label
    return _("The risk “%(reason)s” ended: %(outcome)s") % {"reason": values["reason"], "outcome": outcome}
