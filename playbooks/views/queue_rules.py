"""The pages on which administrators say who comes into the queue, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import administrators_only, who
from core import clock
from customers.rules import RuleError, describe, parse
from customers.views.kept_rules import KeptRules
from playbooks.domain import queue_rules as domain
from playbooks.forms.queue_rules import QueueRuleForm
from playbooks.models import QueueRule
from playbooks.queries.queue import open_by_rule


@require_safe
@administrators_only
def listed(request: HttpRequest) -> HttpResponse:
    counts = open_by_rule()
    rows = [(rule, in_words(rule), counts.get(rule.cause, 0)) for rule in QueueRule.objects.all()]
    note = _("Who comes into the queue by themselves. Signals, renewals, answers and playbooks bring others.")
    return render(request, "playbooks/queue_rules/list.html", {"title": _("Queue rules"), "note": note, "rows": rows})


def in_words(rule: QueueRule) -> str:
    """The rule as a sentence; what is wrong with it, where it reads what there is no more."""
    try:
        return str(describe(parse(rule.rule)))
    except RuleError as error:
        return str(error)


def _save(request: HttpRequest, rule: QueueRule | None, form: QueueRuleForm) -> QueueRule:
    return domain.save(rule=rule, values=form.cleaned_data, by=who(request), at=clock.now())


KEPT = KeptRules(
    model=QueueRule,
    form=QueueRuleForm,
    save=_save,
    delete=lambda rule: domain.delete(rule=rule),
    used=domain.used,
    noun="queue-rule",
    listed="playbooks:queue-rules",
    new=gettext_lazy("New queue rule"),
    note=gettext_lazy("Held against every customer each night, and at once for one of whom something changed."),
    saved=gettext_lazy("Saved. The queue follows “%(name)s” from tonight on."),
)
