from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from playbooks.domain.loops import loop
from surveys.models import Survey

SINCE = timedelta(days=365)


@require_safe
def survey_loop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How the tasks that a survey's answers have opened were closed: a card of the survey's results."""
    survey = get_object_or_404(Survey, uid=uid)
    found = loop(survey.pk, since=clock.now() - SINCE, user=who(request))
    return render(request, "desk/survey_loop.html", {"loop": found})
