"""The page behind an open link. The browser keeps a cookie, so that one person's second answer takes the place of the
first; nothing else is known of who answers."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from core.address import address_of
from surveys import words
from surveys.domain import flood, open_links, robots
from surveys.domain.answering import Answer
from surveys.models import OpenLink, Response
from surveys.queries.pages import Said, said
from surveys.views import form

COOKIE, SALT = "holdfast_answer", "surveys.open_link"
KEPT = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """Which browser looks at a link, nothing for one that brings no cookie, and what it has answered there."""

    link: OpenLink
    visitor: str
    before: Response | None


@login_not_required
@csrf_exempt  # there is no session that could be abused
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the question and records no answer; POST answers."""
    link, at = open_links.find(token), clock.now()
    if link is None:
        return form.plain(request, "unknown", status=404)
    page = _said(request, link)
    if not open_links.is_open(link):
        return form.message(request, page, "closed", status=410)
    visit = _visit(request, link)
    if request.method == "POST":
        return _posted(request, visit, page, at)
    return _with_cookie(_shown(request, visit, page, at), request, visit)


def _shown(request: HttpRequest, visit: Visit, page: Said, at: datetime) -> HttpResponse:
    link, before = visit.link, visit.before
    score = form.score_of(request.GET.get("score"), page)
    if request.GET.get("done") and before:
        said_so = words.phrase(page.language, "your_score", score=before.score)
        return form.draw(
            request, page, "thanks", {"title": page["thanks_title"], "answered": said_so, "change": request.path}
        )
    if form.is_looked_at(request):
        robots.seen(of=link, at=at, score=score, who=_who(request, visit))
    chosen = score if score is not None or before is None else before.score
    comment = before.text.body if before and before.text else ""
    return form.show(request, link, page, at, score=chosen, comment=comment)


def _posted(request: HttpRequest, visit: Visit, page: Said, at: datetime) -> HttpResponse:
    link, before = visit.link, visit.before
    score, comment = form.score_of(request.POST.get("score"), page), request.POST.get("comment", "")[: form.LONGEST]
    if score is None:
        return form.show(request, link, page, at, comment=comment, problem=page["choose"], status=422)
    if seconds := flood.wait(link=link, who=robots.who(address_of(request), ""), at=at):
        response = form.show(request, link, page, at, score=score, comment=comment, problem=page["wait"], status=429)
        response["Retry-After"] = f"{seconds}"
        return response
    posted = form.posted(request, link, score, at, _who(request, visit))
    found = robots.marks(posted, robots.looks_of(link, at))
    robots.seen(of=link, at=at, score=score, who=posted.who, posted=True)
    if found:
        form.put_aside(link, posted, comment, found)
        if found == ["run"] and before:
            open_links.withdraw(response=before, at=at)
        return form.show(request, link, page, at, score=score, comment=comment, problem=page["confirm"])
    try:
        given = open_links.answer(link=link, answer=Answer(score=score, comment=comment), at=at, before=before)
    except ValidationError:
        return form.message(request, page, "closed", status=410)
    done = HttpResponseRedirect(f"{request.path}?{urlencode({'done': 1})}", status=303)
    return _with_cookie(done, request, replace(visit, before=given))


def _said(request: HttpRequest, link: OpenLink) -> Said:
    """In the language of the browser, else the customer's, among those that are published."""
    edition = link.survey.editions.first()
    offered = list(edition.content) if edition else [words.ENGLISH]
    company = link.customer.language if link.customer else ""
    wanted = words.language_of(*form.languages(request), company)
    return said(link.survey, wanted if wanted in offered else words.ENGLISH, edition)


def _visit(request: HttpRequest, link: OpenLink) -> Visit:
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KEPT) or ""
    visitor, _colon, uid = kept.partition(":")
    rows = Response.objects.filter(link=link, uid=uid).select_related("text") if uid else Response.objects.none()
    last = open_links.newest(rows.first())
    return Visit(link, visitor, None if last and last.withdrawn else last)


def _who(request: HttpRequest, visit: Visit) -> str:
    """An office is one address with one kind of browser: the cookie tells its people apart."""
    return robots.who(visit.visitor, "") if visit.visitor else form.who(request)


def _with_cookie(response: HttpResponse, request: HttpRequest, visit: Visit) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE,
        f"{visit.visitor or uuid4()}:{visit.before.uid if visit.before else ''}",
        salt=SALT,
        max_age=KEPT,
        path=request.path,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
