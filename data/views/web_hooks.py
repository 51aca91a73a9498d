"""Web hooks, for administrators: who is told of what, and what became of each call."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, proved_only
from core import clock
from data.domain.hooks import calls, endpoints
from data.domain.hooks.types import TYPES
from data.hook_forms import WebHookForm
from data.models import HookCall, WebHook

EDITS = require_http_methods(["GET", "HEAD", "POST"])
LISTED = 50


@require_safe
@administrators_only
def listed(request: HttpRequest) -> HttpResponse:
    waiting, lost = Q(calls__state=HookCall.State.WAITING), Q(calls__state=HookCall.State.GIVEN_UP)
    hooks = WebHook.objects.annotate(
        waiting=Count("calls", filter=waiting), lost=Count("calls", filter=lost), told=Count("calls")
    )
    note = _("Other programs that are told of what happens here, at once and signed.")
    return render(request, "data/hooks/list.html", {"title": _("Web hooks"), "note": note, "hooks": hooks})


@EDITS
@administrators_only
@proved_only
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@EDITS
@administrators_only
@proved_only
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _edit(request, get_object_or_404(WebHook, uid=uid))


def _edit(request: HttpRequest, hook: WebHook | None) -> HttpResponse:
    form = WebHookForm(request.POST or None, hook=hook)
    if form.is_valid() and (kept := _saved(form, hook)):
        if hook:
            messages.success(request, _("“%(name)s” is changed.") % {"name": kept.name})
            return redirect("data:web-hook", kept.uid)
        return _with_secret(request, kept)
    context = {"title": hook.name if hook else _("New web hook"), "hook": hook, "form": form}
    return render(request, "data/hooks/edit.html", context, status=422 if form.errors else 200)


def _saved(form: WebHookForm, hook: WebHook | None) -> WebHook | None:
    try:
        kept = endpoints.save(hook=hook, values=form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    if kept.is_active:
        calls.resume(hook=kept)
    return kept


@require_safe
@administrators_only
def hook(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One web hook with its calls, the latest first, all or those of a state."""
    found = get_object_or_404(WebHook, uid=uid)
    state = request.GET.get("state", "")
    rows = found.calls.filter(state=state) if state in HookCall.State.values else found.calls.all()
    page = Paginator(rows, LISTED).get_page(request.GET.get("page"))
    context = {
        "title": found.name,
        "note": found.url,
        "hook": found,
        "types": [TYPES.get(one, one) for one in found.types],
        "state": state,
        "states": HookCall.State.choices,
        "page": page,
    }
    return render(request, "data/hooks/page.html", context)


@require_POST
@administrators_only
@proved_only
def rotate(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _with_secret(request, endpoints.rotate(hook=get_object_or_404(WebHook, uid=uid)))


def _with_secret(request: HttpRequest, hook: WebHook) -> HttpResponse:
    """Shown this once, in the answer itself: no address leads to it again."""
    context = {"title": hook.name, "hook": hook, "secret": hook.secret}
    response = render(request, "data/hooks/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@administrators_only
def ring(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(WebHook, uid=uid)
    calls.ring(hook=found, at=clock.now())
    messages.success(request, _("A test is on its way: what is answered stands in the list in a moment."))
    return redirect("data:web-hook", uid)


@require_POST
@administrators_only
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(WebHook, uid=uid)
    found.delete()
    messages.success(request, _("“%(name)s” is told nothing more, and its calls are gone.") % {"name": found.name})
    return redirect("data:web-hooks")


@require_POST
@administrators_only
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    call = get_object_or_404(HookCall.objects.select_related("hook"), uid=uid)
    calls.again(call=call, at=clock.now())
    messages.success(request, _("It is sent again, under the same id."))
    return redirect("data:web-hook", call.hook.uid)
