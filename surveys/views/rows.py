from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import who
from core.files import FORMATS, download
from surveys import opening, pages
from surveys.forms import ResultsForm
from surveys.queries.results.opened import Cut
from surveys.views.pages import survey_or_404


@require_safe
def rows(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """A figure of the results page, opened: the rows of customers that one may see, as a sheet, a page or a file."""
    survey, format = survey_or_404(uid), request.GET.get("format", "")
    form = ResultsForm(request.GET, user=who(request), attributes=pages.attributes())
    asked, problem = pages.asked_by(who(request), survey, form)
    if problem:
        raise Http404
    try:
        most = None if format in FORMATS else opening.MOST
        sheet = opening.sheet(key, survey, asked, _cut(request, form), most=most)
    except (KeyError, ValueError) as error:
        raise Http404 from error
    if format in FORMATS:
        return download(opening.as_rows(sheet), f"{key}-{asked.start}-{asked.end}", format)
    query = request.GET.copy()
    query.pop("format", None)
    context: dict[str, Any] = {
        "title": sheet.label,
        "sheet": sheet,
        "survey": survey,
        "period": pages.period(asked),
        "kept": form.read("filter"),
        "query": query.urlencode(),
    }
    return render(request, "surveys/rows.html", context)


def _cut(request: HttpRequest, form: ResultsForm) -> Cut:
    """Raises ValueError for an address that can't be read."""
    read = request.GET.get
    of_class, score = read("class", ""), read("score", "")
    if of_class and of_class not in opening.CLASSES:
        raise ValueError(of_class)
    start, end = (date.fromisoformat(day) if day else None for day in (read("start", ""), read("end", "")))
    by = form.read("by") if "value" in request.GET else None
    return Cut(
        of_class=of_class,
        score=int(score) if score else None,
        start=start,
        end=end,
        by=by or "",
        value=read("value") or None,
    )
