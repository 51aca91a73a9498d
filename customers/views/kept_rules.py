"""The pages on which administrators make, change and delete the rules that an app keeps, whatever they are for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrators_only, who

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRules:
    """What an app says of its rules, which have a ``key`` and are called by their ``str``.

    ``form`` takes ``user`` and ``rule``. ``save`` takes the request, the rule (None for a new one) and a valid form;
    ``delete`` raises ValidationError for a rule that was ``used``. ``saved`` names the rule as ``%(name)s``.
    """

    model: type[Model]
    form: Callable[..., forms.Form]
    save: Callable[[HttpRequest, Any, Any], object]
    delete: Callable[[Any], None]
    used: Callable[[Any], bool]
    noun: str
    listed: str
    new: str | Promise
    note: str | Promise
    saved: str | Promise

    def address(self, what: str = "") -> str:
        return f"{self.listed.partition(':')[0]}:{what}{self.noun}"


def paths(prefix: str, kept: KeptRules) -> list[URLPattern]:
    """Their addresses under ``prefix``: ``new-NOUN``, ``NOUN`` and ``delete-NOUN``, for administrators only."""

    @EDITS
    @administrators_only
    def new(request: HttpRequest) -> HttpResponse:
        return _edit(request, kept, None)

    @EDITS
    @administrators_only
    def edit(request: HttpRequest, key: str) -> HttpResponse:
        return _edit(request, kept, get_object_or_404(kept.model, key=key))

    @require_POST
    @administrators_only
    def delete(request: HttpRequest, key: str) -> HttpResponse:
        return _delete(request, kept, get_object_or_404(kept.model, key=key))

    return [
        path(f"{prefix}new/", new, name=f"new-{kept.noun}"),
        path(f"{prefix}<slug:key>/", edit, name=kept.noun),
        path(f"{prefix}<slug:key>/delete/", delete, name=f"delete-{kept.noun}"),
    ]


def _edit(request: HttpRequest, kept: KeptRules, rule: Any) -> HttpResponse:
    form = kept.form(request.POST or None, user=who(request), rule=rule)
    if form.is_valid():
        saved = kept.save(request, rule, form)
        messages.success(request, str(kept.saved) % {"name": saved})
        return redirect(kept.listed)
    context = {
        "title": f"{rule}" if rule else kept.new,
        "note": kept.note,
        "form": form,
        "listed": kept.listed,
        "rule": rule,
        "delete": kept.address("delete-") if rule and not kept.used(rule) else "",
    }
    return render(request, "customers/rules/keep.html", context, status=422 if form.errors else 200)


def _delete(request: HttpRequest, kept: KeptRules, rule: Any) -> HttpResponse:
    name = f"{rule}"
    try:
        kept.delete(rule)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(kept.address(), rule.key)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect(kept.listed)
