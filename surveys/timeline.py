"""How an answer is said on a customer's timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.registry import sentence


@sentence("survey_answered", label=gettext_lazy("Answers"), icon="chat-bubble-left", contacts=("contact",))
def survey_answered(values: Mapping[str, Any]) -> str:
    told = {"survey": values.get("survey"), "score": values.get("score"), "contact": values.get("contact")}
    if values.get("contact"):
        return _("%(contact)s gave %(score)s in %(survey)s") % told
    return _("%(score)s in %(survey)s") % told
