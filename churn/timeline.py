"""How a recorded loss is said on a customer's timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from churn.models import ChurnReason
from customers.registry import sentence


@sentence("churn_recorded", label=gettext_lazy("Recorded as lost"), icon="arrow-right-start-on-rectangle")
def churn_recorded(values: Mapping[str, Any]) -> str:
    if values.get("competitor"):
        return _("Left for %(competitor)s") % values
    reason = values.get("reason_label") or _label(values.get("reason"))
    return _("Left: %(reason)s") % {"reason": reason} if reason else _("Left, without a reason told")


def _label(reason: int | None) -> str:
    """Of a line that was written without it."""
    return ChurnReason.objects.filter(pk=reason).values_list("label", flat=True).first() or "" if reason else ""
