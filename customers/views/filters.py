"""The pages of saved filters: the list, one filter in the builder, and its end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import who, writers_only
from core import clock
from core.errors import Stale
from customers.domain import filters as domain
from customers.forms import SavedFilterForm
from customers.models import SavedFilter
from customers.queries.saved_filters import listed
from customers.rules import describe, parse

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    found = listed(who(request))
    context = {
        "title": _("Saved filters"),
        "note": _("A question to your customers under a name. Lists, reports, surveys and playbooks ask by it."),
        "filters": found,
    }
    return render(request, "customers/filters/list.html", context)


@EDITS
@writers_only
def new(request: HttpRequest) -> HttpResponse:
    form = SavedFilterForm(request.POST or None, user=who(request))

    def save() -> SavedFilter:
        read = form.cleaned_data
        return domain.save(name=read["name"], rule=read["rule"], team=read["team"], by=who(request), at=clock.now())

    return _edit(request, form, save, {"title": _("New filter")})


@EDITS
@writers_only
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a filter, if nobody else did meanwhile: then both are shown, and one saves again knowing it."""
    saved = _filter_or_404(request, uid)
    form = SavedFilterForm(request.POST or None, user=who(request), saved=saved)

    def save() -> SavedFilter:
        read = form.cleaned_data
        return domain.change(
            filter=saved, name=read["name"], rule=read["rule"], version=read["version"], by=who(request), at=clock.now()
        )

    return _edit(request, form, save, {"title": saved.name, "saved": saved})


def _edit(
    request: HttpRequest, form: SavedFilterForm, save: Callable[[], SavedFilter], context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = save()
        except ValidationError as error:
            form.add_error(None, error)
        except Stale:
            return _stale(request, form, context)
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
            return redirect("customers:filters")
    status = 422 if form.errors else 200
    return render(request, "customers/filters/edit.html", {**context, "form": form}, status=status)


def _stale(request: HttpRequest, form: SavedFilterForm, context: dict[str, Any]) -> HttpResponse:
    """Theirs in words beside what was typed here; saving again keeps what was typed."""
    theirs = SavedFilter.objects.get(pk=context["saved"].pk)
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["version"] = str(theirs.version)  # type: ignore[index]
    context |= {"theirs": theirs, "their_words": describe(parse(theirs.rule)), "form": form}
    return render(request, "customers/filters/edit.html", context, status=409)


@require_POST
@writers_only
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    saved = _filter_or_404(request, uid)
    name = saved.name
    try:
        domain.delete(filter=saved, by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect("customers:filters")


def _filter_or_404(request: HttpRequest, uid: UUID) -> SavedFilter:
    return get_object_or_404(SavedFilter.objects.visible_to(who(request)), uid=uid)
