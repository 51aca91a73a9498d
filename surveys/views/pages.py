"""Surveys as our own people see them: results, comments, invitations."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from accounts.models import Role, User
from core.clock import AsOf
from customers.access import customer_or_404
from customers.models import Customer
from customers.querysets import visible_customers
from surveys import labels, pages
from surveys.domain.scales import CLASSES, SCALES
from surveys.forms import ResultsForm, SurveyForm
from surveys.models import Ask, Response, Survey, Theme
from surveys.queries.answers import earlier
from surveys.queries.suspects import suspects_of

PAGE = 50


def survey_or_404(uid: UUID) -> Survey:
    return get_object_or_404(Survey, uid=uid)


def frame(request: HttpRequest, survey: Survey, tab: str, **more: Any) -> dict[str, Any]:
    """What every page of one survey shows."""
    builds = who(request).role == Role.ADMINISTRATOR
    return {
        "title": survey.name,
        "survey": survey,
        "survey_state": state_of(survey, survey.state == Survey.State.DRAFT and survey.responses.exists()),
        "tab": tab,
        "builds": builds,
        "writes": who(request).may_write,
        **more,
    }


def state_of(survey: Survey, has_answers: bool) -> str:
    """A draft with answers was never published here: they came from a file."""
    if survey.state == Survey.State.DRAFT and has_answers:
        return _("answers from a file")
    return str(survey.get_state_display())


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """All surveys with what they found out in the last twelve months."""
    answered = Exists(Response.objects.filter(survey=OuterRef("pk")))
    found = list(Survey.objects.annotate(has_answers=answered).order_by("state", "name"))
    figures = pages.short(found, who(request))
    rows = [
        {
            "survey": one,
            "state": state_of(one, one.has_answers),
            "figures": figures[one.pk],
            "interval": pages.interval(figures[one.pk].nps),
        }
        for one in found
    ]
    context = {
        "title": _("Surveys"),
        "rows": rows,
        "form": SurveyForm(),
        "builds": who(request).role == Role.ADMINISTRATOR,
    }
    return render(request, "surveys/list.html", context)


@require_safe
def results(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a survey found out. The address holds period, filter and division."""
    survey = survey_or_404(uid)
    form = ResultsForm(request.GET, user=who(request), attributes=pages.attributes())
    asked, problem = pages.asked_by(who(request), survey, form)
    address = partial(_rows_of, request, survey)
    shown = pages.page(survey, asked, form.read("by") or "", address)
    context = frame(
        request,
        survey,
        "results",
        form=form,
        page=shown,
        problem=problem,
        rows={key: address(key) for key in ("answers", "sent", "money")},
        before=address("answers", start=asked.start - (asked.end - asked.start), end=asked.start),
        later=[(one, address("later", **{"class": one.key})) for one in shown.later],
        query=request.GET.urlencode(),
        interval=pages.interval(shown.figures.nps),
        said=pages.said_of(shown.change),
        classes=_classes(survey, shown, address),
        horizon=pages.HORIZON,
    )
    htmx: Any = getattr(request, "htmx", None)
    part = bool(htmx) and htmx.target == "results"
    return render(request, "surveys/_results.html" if part else "surveys/results.html", context)


def _rows_of(request: HttpRequest, survey: Survey, key: str, **cut: Any) -> str:
    """The address of the rows behind a figure of the page that was asked for."""
    query = request.GET.copy()
    for name, value in cut.items():
        query[name] = f"{value}"
    return f"{reverse('surveys:rows', args=[survey.uid, key])}?{query.urlencode()}"


def _classes(survey: Survey, shown: pages.Page, address: pages.Address) -> list[dict[str, Any]]:
    nps = shown.figures.nps
    counts = {"promoter": nps.promoters, "passive": nps.passives, "detractor": nps.detractors}
    return [
        {
            "key": key,
            "name": labels.CLASSES[survey.kind][key],
            "tone": labels.TONES[key],
            "count": counts[key],
            "href": address("answers", **{"class": key}),
            "share": counts[key] / nps.answers if nps.answers else None,
        }
        for key in CLASSES
    ]


@require_safe
def comments(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What people wrote, with search, class and theme; what was put aside as a robot's stands apart."""
    survey, user = survey_or_404(uid), who(request)
    rows = _comments(survey, user, request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    before = earlier(list(page))
    themes = (
        Theme.objects.filter(survey=survey, merged_into=None)
        .annotate(count=Count("comments", distinct=True) + Count("merged__comments", distinct=True))
        .order_by("-count", "name")
    )
    context = frame(
        request,
        survey,
        "comments",
        page=page,
        themes=themes,
        classes=labels.CLASSES[survey.kind],
        lines=[(one, labels.TONES[SCALES[survey.kind].class_of(one.score)], before[one.pk]) for one in page],
        suspects=[(one, [labels.MARKS[mark] for mark in one.marks]) for one in suspects_of(user, survey)[:PAGE]],
        chosen={name: request.GET.get(name, "") for name in ("q", "class", "theme")},
    )
    return render(request, "surveys/comments.html", context)


def _comments(survey: Survey, user: User, request: HttpRequest) -> QuerySet[Response]:
    rows = Response.objects.as_of(AsOf.live()).filter(survey=survey).exclude(text=None)
    rows = rows.filter(visible_customers(user, "customer__"))
    if query := request.GET.get("q", "").strip():
        rows = rows.filter(text__body__icontains=query)
    scale, wanted = SCALES[survey.kind], request.GET.get("class", "")
    if wanted in CLASSES:
        rows = rows.filter(score__in=[one for one in range(11) if scale.class_of(one) == wanted])
    if (theme := request.GET.get("theme", "")).isdecimal():
        rows = rows.filter(Q(themed__theme=int(theme)) | Q(themed__theme__merged_into=int(theme)))
    found = rows.select_related("survey", "customer__standing", "contact", "text", "themed__theme__merged_into")
    return found.order_by("-answered_at", "-pk")


def asked_customer(request: HttpRequest) -> Customer:
    """The customer that the address or the form names, if the one who asks may see them."""
    raw = request.POST.get("customer") or request.GET.get("customer", "")
    try:
        return customer_or_404(request, UUID(raw))
    except ValueError as error:
        raise Http404 from error


@require_safe
def invitations(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who was asked, who is held back until when and why, and what is in doubt."""
    survey, user = survey_or_404(uid), who(request)
    own = Ask.objects.filter(visible_customers(user, "customer__"), survey=survey)
    counts = dict(own.values_list("state").annotate(count=Count("pk")).order_by())
    state = request.GET.get("state", "")
    rows = own.filter(state=state) if state in Ask.State.values else own
    page = Paginator(rows.select_related("customer", "contact").order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    states = [(value, label, counts.get(value, 0)) for value, label in Ask.State.choices if counts.get(value)]
    context = frame(
        request,
        survey,
        "invitations",
        page=page,
        states=states,
        state=state,
        total=sum(counts.values()),
        lines=[(one, labels.reason(one.reason) if one.reason else "") for one in page],
        campaigns=survey.campaigns.annotate(planned=Count("asks")).select_related("filter")[:20],
    )
    return render(request, "surveys/invitations.html", context)
