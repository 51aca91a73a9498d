"""The rules by which signals open, as pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access import who
from core import clock
from customers.views.kept_rules import KeptRules
from health.domain import signals as domain
from health.forms.signals import SignalRuleForm
from health.models import SignalRule


def _save(request: HttpRequest, rule: SignalRule | None, form: SignalRuleForm) -> SignalRule:
    return domain.save_rule(rule=rule, values=form.values(), by=who(request), at=clock.now())


KEPT = KeptRules(
    model=SignalRule,
    form=SignalRuleForm,
    save=_save,
    delete=lambda rule: domain.delete_rule(rule=rule),
    used=lambda rule: rule.signals.exists(),
    noun="signal-rule",
    listed="health:signals",
    new=_("New rule"),
    note=_("What should somebody look at? Asked each night of every customer with a subscription in force."),
    saved=_("Saved. “%(name)s” is looked for from tonight on."),
)
