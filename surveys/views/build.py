"""Building a survey and asking people: what changes something."""

from typing import Any
from uuid import UUID

from csp.constants import SELF, UNSAFE_INLINE
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators_only, who, writers_only
from core import clock
from core.errors import Stale
from core.models import Company
from customers.models import Contact
from surveys import labels, words
from surveys.domain import answering, planning, publishing, surveys, themes
from surveys.domain.answering import Answer
from surveys.domain.mailing import greeting
from surveys.domain.publishing import ANSWER, HELLO, UNSUBSCRIBE
from surveys.forms import CampaignForm, PhoneForm, SettingsForm, SurveyForm, TextsForm
from surveys.models import Campaign, Survey, Theme
from surveys.queries.audience import Plan, plan_for, plan_of
from surveys.queries.pages import said
from surveys.views.pages import asked_customer, frame, survey_or_404

SHOWN = 100


@require_POST
@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    form = SurveyForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("surveys:surveys")
    survey = surveys.create(**form.cleaned_data, by=who(request), at=clock.now())
    return redirect("surveys:build", survey.uid)


@administrators_only
def build(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The texts of one language with mail and page as contacts will see them, and the settings of all."""
    survey = survey_or_404(uid)
    language = _language(request)
    posted = request.POST if request.method == "POST" else None
    texts = TextsForm(posted, survey=survey, language=language)
    settings = SettingsForm(posted, instance=survey)
    problem, status = "", 200
    if posted is not None:
        if texts.is_valid() and settings.is_valid():
            values = {**settings.cleaned_data, "texts": texts.texts()}
            try:
                surveys.change(survey=survey, values=values, by=who(request), at=clock.now(), version=survey.version)
                messages.success(request, _("Saved. Contacts see it when you publish."))
                return redirect(f"{reverse('surveys:build', args=[uid])}?language={language}")
            except Stale:
                problem = _("Somebody else saved this survey at the same moment. Save again.")
        status = 422
    context = frame(
        request, survey, "build", texts=texts, settings=settings, in_language=language, languages=words.LANGUAGES,
        edition=survey.editions.first(), problem=problem,
    )  # fmt: skip
    return render(request, "surveys/build.html", context, status=status)


@require_safe
@administrators_only
@xframe_options_sameorigin
def preview_mail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft's mail as it would leave, in one language; its links lead nowhere."""
    survey, language = survey_or_404(uid), _language(request)
    found = publishing.compiled(survey, language)["reminder" if request.GET.get("reminder") else "mail"]
    hello = greeting(Contact(name="Ana Ruiz"), language)
    content = found["text"] if request.GET.get("plain") else found["html"]
    content = content.replace(HELLO, hello).replace(ANSWER, "#").replace(UNSUBSCRIBE, "#")
    kind = "plain" if request.GET.get("plain") else "html"
    response = HttpResponse(content, content_type=f"text/{kind}; charset=utf-8")
    return _framed(response, **{"style-src": [SELF, UNSAFE_INLINE]})  # a mail carries its styles inline


@require_safe
@administrators_only
@xframe_options_sameorigin
def preview_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft's page as a contact would see it after a click on its highest score."""
    survey, language = survey_or_404(uid), _language(request)
    page = said(survey, language)
    score = page.scale.most
    context = {
        "preview": True,
        "said": page,
        "language": {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(language, language),
        "title": page["question"],
        "scores": page.scale.scores,
        "score": score,
        "label": page.follow_up(score),
        "labels": {one: page.follow_up(one) for one in page.scale.scores},
        "sender": survey.sender_name or Company.current().name,
        "wide": len(page.scale.scores) > 7,
    }
    return _framed(render(request, "surveys/answer/form.html", context))


def _framed(response: HttpResponse, **more: Any) -> HttpResponse:
    """Let the builder show it inside its page."""
    response._csp_replace = {"frame-ancestors": [SELF], **more}  # type: ignore[attr-defined]
    return response


@require_POST
@administrators_only
def publish(request: HttpRequest, uid: UUID) -> HttpResponse:
    survey = survey_or_404(uid)
    try:
        edition = publishing.publish(survey=survey, by=who(request), at=clock.now())
        messages.success(request, _("Published: edition %(number)s is what contacts see.") % {"number": edition.number})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("surveys:build", uid)


@require_POST
@administrators_only
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    publishing.close(survey=survey_or_404(uid), by=who(request), at=clock.now())
    messages.success(request, _("Closed: no more mails leave and no more answers come in."))
    return redirect("surveys:results", uid)


@administrators_only
def campaign(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whom to ask and when: first shown with everybody who is held back and why, then started."""
    survey, at = survey_or_404(uid), clock.now()
    posted = request.POST if request.method == "POST" else None
    start = {"starts_on": clock.today(), "spread_days": 1, "wait_days": 30}
    form = CampaignForm(posted, user=who(request), initial=start)
    plan, problem = None, ""
    if posted is not None and form.is_valid():
        made: Campaign = form.save(commit=False)
        made.survey, made.by = survey, who(request)
        if "start" in posted:
            made.save()
            try:
                planning.start(campaign=made, by=who(request), at=at)
            except ValidationError as error:
                made.delete()
                problem = " ".join(error.messages)
            else:
                messages.success(request, _("Started. What is held back is listed here with its date."))
                return redirect("surveys:invitations", uid)
        plan = plan_for(made, day=max(made.starts_on, clock.today()), at=at)
    return render(request, "surveys/campaign.html", frame(
        request, survey, "invitations", form=form, plan=plan, problem=problem, **(shown(plan) if plan else {})
    ))  # fmt: skip


def shown(plan: Plan) -> dict[str, Any]:
    """The first rows of a plan with names, those held back first."""
    rows = [*plan.held, *plan.never, *plan.going][:SHOWN]
    people = Contact.objects.select_related("customer").in_bulk([one.contact for one in rows])
    return {
        "rows": [(people[one.contact], one, labels.reason(one.reason) if one.reason else "") for one in rows],
        "reasons": [(labels.reason(code), count) for code, count in plan.reasons],
        "more": max(0, len(plan.planned) - SHOWN),
    }


@require_POST
@administrators_only
def stop(request: HttpRequest, uid: UUID, campaign: UUID) -> HttpResponse:
    found = get_object_or_404(Campaign, uid=campaign, survey__uid=uid)
    count = planning.stop(campaign=found, by=who(request), at=clock.now())
    told = ngettext("Stopped. %(count)s mail was taken back.", "Stopped. %(count)s mails were taken back.", count)
    messages.success(request, told % {"count": count})
    return redirect("surveys:invitations", uid)


@writers_only
def choose(request: HttpRequest) -> HttpResponse:
    """Which survey to ask a customer's people: at once the only one that is live."""
    customer = asked_customer(request)
    live = list(Survey.objects.filter(state=Survey.State.LIVE))
    if len(live) == 1:
        return redirect(f"{reverse('surveys:ask', args=[live[0].uid])}?customer={customer.uid}")
    context = {"title": _("Ask people at %(name)s") % {"name": customer}, "customer": customer, "surveys": live}
    return render(request, "surveys/choose.html", context)


@writers_only
def ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A CSM asks contacts of one customer: one, several, or all of them; by mail, by link, or notes down a call."""
    survey, customer = survey_or_404(uid), asked_customer(request)
    contacts = list(Contact.objects.filter(customer=customer, left_on=None).order_by("name", "pk"))
    phone, token, problem = PhoneForm(), "", ""
    if request.method == "POST":
        chosen = [one for one in contacts if f"{one.uid}" in request.POST.getlist("contact")]
        try:
            if not chosen:
                raise ValidationError(_("Choose whom to ask."))
            if "link" in request.POST:
                token = planning.link(survey=survey, contact=chosen[0], by=who(request), at=clock.now())
            elif "phone" in request.POST:
                phone = PhoneForm(request.POST)
                if not phone.is_valid():
                    raise ValidationError(_("Write down the score that they gave."))
                said_so = Answer(**phone.cleaned_data)
                answering.take_by_phone(
                    survey=survey, contact=chosen[0], answer=said_so, by=who(request), at=clock.now()
                )
                messages.success(request, _("Noted, and marked as taken by phone."))
                return redirect(customer)
            else:
                plan = planning.ask(survey=survey, contacts=chosen, by=who(request), at=clock.now())
                messages.success(request, told_of(plan))
                return redirect(customer)
        except ValidationError as error:
            problem = " ".join(error.messages)
    plan = plan_of([one.pk for one in contacts], survey=survey, day=clock.today(), at=clock.now())
    verdicts = {one.contact: one for one in plan.planned}
    context = frame(
        request,
        survey,
        "ask",
        customer=customer,
        rows=[(one, verdicts[one.pk], labels.reason(verdicts[one.pk].reason) or "") for one in contacts],
        phone=phone,
        problem=problem,
        link=request.build_absolute_uri(reverse("surveys:answer", args=[token])) if token else "",
    )
    return render(request, "surveys/ask.html", context, status=422 if problem else 200)


def told_of(plan: Plan) -> str:
    """How many of a plan leave, wait, and are not written to."""
    told = {"going": len(plan.going), "held": len(plan.held), "never": len(plan.never)}
    return _("%(going)s on their way, %(held)s held back until their date, %(never)s not to be written to.") % told


@require_POST
@administrators_only
def theme(request: HttpRequest, uid: UUID, pk: int) -> HttpResponse:
    """Rename a theme, or merge it into another one."""
    found = get_object_or_404(Theme, pk=pk, survey__uid=uid)
    into = request.POST.get("into", "")
    if into.isdecimal():
        other = get_object_or_404(Theme, pk=int(into), survey__uid=uid)
        themes.merge(theme=found, into=other)
    elif name := request.POST.get("name", "").strip():
        themes.rename(theme=found, name=name)
    return redirect("surveys:comments", uid)


@require_POST
@administrators_only
def find_themes(request: HttpRequest, uid: UUID) -> HttpResponse:
    themes.request(survey=survey_or_404(uid))
    messages.success(request, _("Themes are being looked for: reload in a moment."))
    return redirect("surveys:comments", uid)


def _language(request: HttpRequest) -> str:
    wanted = request.POST.get("language") or request.GET.get("language", "")
    return wanted if wanted in words.LANGUAGES else words.ENGLISH
