"""How a recorded loss is said on a customer's timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from churn.models import ChurnReason
from customers.registry import sentence


@sentence("churn_recorded", label=gettext_lazy("Recorded as lost"), icon="arrow-right-start-on-rectangle")
def churn_recorded(values: Mapping[str, Any]) -> str:
    reason = ChurnReason.objects.filter(pk=values.get("reason") or 0).first()
    if values.get("competitor"):
        return _("Left for %(competitor)s") % values
    return _("Left: %(reason)s") % {"reason": reason.label} if reason else _("Left, without a reason told")
