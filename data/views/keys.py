"""Keys of programs, for administrators: who holds one, what it may do, and when it was used last."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrators_only, proved_only
from accounts.domain import keys
from accounts.domain.keys import Made
from accounts.models import Key
from core import clock
from data.key_forms import KeyForm


@require_safe
@administrators_only
def listed(request: HttpRequest) -> HttpResponse:
    """Those in force first, the last made before all."""
    ended = Q(revoked_at__isnull=False) | Q(expires_at__isnull=False, expires_at__lte=clock.now())
    rows = Key.objects.select_related("source", "team").annotate(
        is_over=Case(When(ended, then=True), default=False, output_field=BooleanField())
    )
    context = {
        "title": _("Keys"),
        "note": _("What programs sign in with, at the API and where usage events come in."),
        "keys": rows.order_by("is_over", "-created_at", "-pk"),
    }
    return render(request, "data/keys/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@proved_only
def new(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if form.is_valid() and (made := _made(form)):
        # Shown this once, in the answer itself: no address leads to it again.
        response = render(request, "data/keys/secret.html", {"title": made.key.name, "made": made})
        response["Cache-Control"] = "no-store"
        return response
    context = {"title": _("New key"), "form": form}
    return render(request, "data/keys/new.html", context, status=422 if form.errors else 200)


def _made(form: KeyForm) -> Made | None:
    given = form.cleaned_data
    try:
        return keys.create(
            scope=given["scope"],
            name=given["name"],
            team=given["team"],
            expires_at=form.expires_at,
            at=clock.now(),
        )
    except ValidationError as error:
        form.add_error("until" if "expires_at" in getattr(error, "error_dict", {}) else None, error.messages)
        return None


@require_POST
@administrators_only
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    key = get_object_or_404(Key, uid=uid)
    keys.revoke(key=key, at=clock.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("data:keys")
