"""Settling by hand what was put aside as a robot's."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import who, writers_only
from core import clock
from surveys.domain import suspects
from surveys.queries.suspects import suspects_of
from surveys.views.pages import survey_or_404


@require_POST
@writers_only
def settle(request: HttpRequest, uid: UUID, pk: int) -> HttpResponse:
    """Count an answer that was put aside, or refuse it: for who sees its customer."""
    suspect = get_object_or_404(suspects_of(who(request), survey_or_404(uid)), pk=pk)
    act = suspects.accept if "accept" in request.POST else suspects.refuse
    try:
        act(suspect=suspect, by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        told = _("Accepted: it counts from today on.") if act is suspects.accept else _("Refused: it never counts.")
        messages.success(request, told)
    return redirect("surveys:comments", uid)
