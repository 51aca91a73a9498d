"""What customers, not people, say: one figure for each."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import who
from customers.models import Customer
from surveys import labels, pages
from surveys.domain.scales import SCALES
from surveys.forms import AccountsForm
from surveys.models import Survey
from surveys.queries.results import accounts as one_figure_each
from surveys.views.pages import PAGE, frame, survey_or_404


@require_safe
def accounts(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The NPS over customers, and each one's figure beside its money; the lowest first."""
    survey, user = survey_or_404(uid), who(request)
    form = AccountsForm(request.GET, user=user)
    asked, problem = pages.asked_by(user, survey, form)
    found = one_figure_each.accounts(asked, form.figure)
    page = Paginator(range(len(found.customers)), PAGE).get_page(request.GET.get("page"))
    context = frame(
        request, survey, "accounts", form=form, page=page, nps=found.nps, interval=pages.interval(found.nps),
        lines=_lines(found, page, survey), period=pages.period(asked), problem=problem, way=form.figure,
    )  # fmt: skip
    return render(request, "surveys/accounts.html", context)


def _lines(found: one_figure_each.Accounts, page: Page, survey: Survey) -> list[dict[str, Any]]:
    scale = SCALES[survey.kind]
    places = list(page.object_list)
    people = Customer.objects.select_related("standing").in_bulk([int(found.customers[place]) for place in places])
    return [
        {
            "customer": people[int(found.customers[place])],
            "figure": float(found.figures[place]),
            "tone": labels.TONES[scale.class_of(found.figures[place])],
            "answers": int(found.answers[place]),
            "day": date(2000, 1, 1) + timedelta(days=int(found.days[place])),
        }
        for place in places
    ]
