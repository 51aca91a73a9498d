"""The pages on which administrators say when a signal opens."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrators_only, who
from core import clock
from health.domain import signals as domain
from health.forms.signals import SignalRuleForm
from health.models import SignalRule

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@EDITS
@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@EDITS
@administrators_only
def edit(request: HttpRequest, key: str) -> HttpResponse:
    return _edit(request, get_object_or_404(SignalRule, key=key))


@require_POST
@administrators_only
def delete(request: HttpRequest, key: str) -> HttpResponse:
    rule = get_object_or_404(SignalRule, key=key)
    try:
        domain.delete_rule(rule=rule)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("health:signal-rule", key)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.name})
    return redirect("health:signals")


def _edit(request: HttpRequest, rule: SignalRule | None) -> HttpResponse:
    form = SignalRuleForm(request.POST or None, user=who(request), rule=rule)
    if form.is_valid():
        kept = domain.save_rule(rule=rule, values=form.values(), by=who(request), at=clock.now())
        messages.success(request, _("Saved. “%(name)s” is looked for from tonight on.") % {"name": kept.name})
        return redirect("health:signals")
    context = {
        "title": rule.name if rule else _("New rule"),
        "note": _("What should somebody look at? Asked each night of every customer with a subscription in force."),
        "rule": rule,
        "used": bool(rule and rule.signals.exists()),
        "form": form,
    }
    return render(request, "health/signal_rule.html", context, status=422 if form.errors else 200)
