"""The pages that contacts see. They sign in nowhere: the token in the address says who was asked."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from customers.domain import contacting
from surveys import words
from surveys.domain import answering, robots, tokens
from surveys.domain.answering import Answer
from surveys.models import Ask
from surveys.queries.pages import Said, language_for, said
from surveys.views import form


@login_not_required
@csrf_exempt  # the token is the right to answer; there is no session that could be abused
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the question, with the clicked score chosen, and records no answer; POST answers."""
    ask, at = tokens.find(token, tokens.ANSWER), clock.now()
    if ask is None:
        return form.plain(request, "unknown", status=404)
    page = said(ask.survey, language_for(ask), ask.edition)
    if _is_over(ask, at):
        return form.message(request, page, "closed", status=410)
    if request.method == "POST":
        return _posted(request, ask, page, at)
    score = form.score_of(request.GET.get("score"), page)
    if request.GET.get("done") and ask.answered_at:
        return _thanks(request, ask, page)
    if form.is_looked_at(request):
        robots.seen(of=ask, at=at, score=score, who=form.who(request))
    before = answering.last_of(ask) if ask.answered_at else None
    words_before = before.text.body if before and before.text else ""
    chosen = score if score is not None or before is None else before.score
    return form.show(request, ask, page, at, score=chosen, comment=words_before)


@login_not_required
@csrf_exempt  # RFC 8058: mail programs post here without having seen a page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST unsubscribes: by the page's button, or at once by the mail program's own."""
    ask = tokens.find(token, tokens.UNSUBSCRIBE)
    if ask is None:
        return form.plain(request, "unknown", status=404)
    page = said(ask.survey, language_for(ask), ask.edition)
    if request.method == "POST":
        contacting.unsubscribe(contact=ask.contact, at=clock.now())
        return form.message(request, page, "unsubscribed")
    return form.draw(request, page, "unsubscribe", {"title": page["unsubscribe_title"]})


def _posted(request: HttpRequest, ask: Ask, page: Said, at: datetime) -> HttpResponse:
    score, comment = form.score_of(request.POST.get("score"), page), request.POST.get("comment", "")[: form.LONGEST]
    if score is None:
        return form.show(request, ask, page, at, comment=comment, problem=page["choose"], status=422)
    posted = form.posted(request, ask, score, at, form.who(request))
    found = robots.marks(posted, robots.looks_of(ask, at))
    robots.seen(of=ask, at=at, score=score, who=posted.who, posted=True)
    if found:
        form.put_aside(ask, posted, comment, found)
        if found == ["run"]:  # what it posted before, one score after the other, was no person's either
            answering.withdraw(ask=ask, at=at)
        return form.show(request, ask, page, at, score=score, comment=comment, problem=page["confirm"])
    try:
        answering.answer(ask=ask, answer=Answer(score=score, comment=comment), at=at)
    except ValidationError:
        return form.message(request, page, "closed", status=410)
    return HttpResponseRedirect(f"{request.path}?{urlencode({'done': 1})}", status=303)


def _is_over(ask: Ask, at: datetime) -> bool:
    try:
        answering.check_open(ask, at)
    except ValidationError:
        return True
    return False


def _thanks(request: HttpRequest, ask: Ask, page: Said) -> HttpResponse:
    with translation.override(page.language):
        until = date_format(ask.valid_until.astimezone(clock.zone()), "DATE_FORMAT") if ask.valid_until else ""
    last = answering.last_of(ask)
    context = {
        "title": page["thanks_title"],
        "answered": words.phrase(page.language, "your_score", score=last.score) if last else "",
        "until": words.phrase(page.language, "until", day=until) if until else "",
        "change": request.path,
    }
    return form.draw(request, page, "thanks", context)
