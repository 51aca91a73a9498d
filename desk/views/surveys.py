from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from customers.models import Customer
from desk.queries.survey_renewals import ClassRenewals, renewals_by_class
from playbooks.domain.loops import loop
from surveys import labels, pages
from surveys.forms import ResultsForm
from surveys.models import Survey

SINCE = timedelta(days=365)
MOST = 200


@require_safe
def survey_loop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What came of a survey's answers: how the tasks that they have opened were closed, and which renewals followed."""
    survey = get_object_or_404(Survey, uid=uid)
    found = loop(survey.pk, since=clock.now() - SINCE, user=who(request))
    names = _names(survey)
    lines = [(names[one.key], labels.TONES.get(one.key, "unknown"), one) for one in _renewals(request, survey)]
    context = {"loop": found, "lines": lines, "survey": survey, "horizon": pages.HORIZON}
    return render(request, "desk/survey_loop.html", {**context, "query": request.GET.urlencode()})


@require_safe
def survey_renewals(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """The renewals after the answers of one class."""
    survey = get_object_or_404(Survey, uid=uid)
    found = {one.key: one for one in _renewals(request, survey)}
    if key not in found:
        raise Http404
    terms = sorted(found[key].terms, key=lambda one: (one.state, -one.mrr))
    named = Customer.objects.in_bulk([one.customer_id for one in terms[:MOST]])
    context: dict[str, Any] = {
        "title": _("%(class)s: their renewals") % {"class": _names(survey)[key]},
        "found": found[key],
        "lines": [(named[one.customer_id], one) for one in terms[:MOST]],
        "horizon": pages.HORIZON,
    }
    return render(request, "desk/survey_renewals.html", context)


def _renewals(request: HttpRequest, survey: Survey) -> list[ClassRenewals]:
    form = ResultsForm(request.GET, user=who(request), attributes=pages.attributes())
    asked, _problem = pages.asked_by(who(request), survey, form)
    return renewals_by_class(asked)


def _names(survey: Survey) -> dict[str, Any]:
    return {**labels.CLASSES[survey.kind], "silent": labels.SILENT}
