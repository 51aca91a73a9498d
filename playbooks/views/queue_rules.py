"""The pages on which administrators say who comes into the queue, and why."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, who
from core import clock
from customers.rules import RuleError, describe, parse
from playbooks.domain import queue_rules as domain
from playbooks.forms.queue_rules import QueueRuleForm
from playbooks.models import QueueRule
from playbooks.queries.queue import open_by_rule

EDITS = require_http_methods(["GET", "HEAD", "POST"])


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


@EDITS
@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@EDITS
@administrators_only
def edit(request: HttpRequest, key: str) -> HttpResponse:
    return _edit(request, get_object_or_404(QueueRule, key=key))


@require_POST
@administrators_only
def delete(request: HttpRequest, key: str) -> HttpResponse:
    rule = get_object_or_404(QueueRule, key=key)
    try:
        domain.delete(rule=rule)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("playbooks:queue-rule", key)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.title})
    return redirect("playbooks:queue-rules")


def _edit(request: HttpRequest, rule: QueueRule | None) -> HttpResponse:
    form = QueueRuleForm(request.POST or None, user=who(request), rule=rule)
    if form.is_valid():
        kept = domain.save(rule=rule, values=form.cleaned_data, by=who(request), at=clock.now())
        messages.success(request, _("Saved. The queue follows “%(name)s” from tonight on.") % {"name": kept.title})
        return redirect("playbooks:queue-rules")
    context = {
        "title": rule.title if rule else _("New queue rule"),
        "note": _("Held against every customer each night, and at once for one of whom something changed."),
        "rule": rule,
        "used": bool(rule and domain.used(rule)),
        "form": form,
    }
    return render(request, "playbooks/queue_rules/edit.html", context, status=422 if form.errors else 200)
