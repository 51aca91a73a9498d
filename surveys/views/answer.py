"""The pages that contacts see. They sign in nowhere: the token in the address says who was asked."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from customers.domain import contacting, timeline
from surveys import words
from surveys.domain import answering, robots, tokens
from surveys.domain.answering import Answer
from surveys.models import Ask, Survey, Suspect
from surveys.queries.pages import Said, language_for, said

SIGNER = TimestampSigner(salt="surveys.form")
LONGEST = 10_000


@login_not_required
@csrf_exempt  # the token is the right to answer; there is no session that could be abused
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the question, with the clicked score chosen, and records no answer; POST answers."""
    ask, at = tokens.find(token, tokens.ANSWER), clock.now()
    if ask is None:
        return _plain(request, "unknown", status=404)
    page = said(ask.survey, language_for(ask), ask.edition)
    if _is_over(ask, at):
        return _message(request, page, "closed", status=410)
    if request.method == "POST":
        return _posted(request, ask, page, at)
    score = _score(request.GET.get("score"), page)
    if request.GET.get("done") and ask.answered_at:
        return _thanks(request, ask, page)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        robots.seen(ask=ask, at=at, score=score, who=_who(request))
    before = answering.last_of(ask) if ask.answered_at else None
    words_before = before.text.body if before and before.text else ""
    chosen = score if score is not None or before is None else before.score
    return _form(request, ask, page, at, score=chosen, comment=words_before)


@login_not_required
@csrf_exempt  # RFC 8058: mail programs post here without having seen a page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST unsubscribes: by the page's button, or at once by the mail program's own."""
    ask = tokens.find(token, tokens.UNSUBSCRIBE)
    if ask is None:
        return _plain(request, "unknown", status=404)
    page = said(ask.survey, language_for(ask), ask.edition)
    if request.method == "POST":
        contacting.unsubscribe(contact=ask.contact, at=clock.now())
        return _message(request, page, "unsubscribed")
    return _render(request, page, "unsubscribe", {"title": page["unsubscribe_title"]})


def _posted(request: HttpRequest, ask: Ask, page: Said, at: datetime) -> HttpResponse:
    score, comment = _score(request.POST.get("score"), page), request.POST.get("comment", "")[:LONGEST]
    if score is None:
        return _form(request, ask, page, at, comment=comment, problem=page["choose"], status=422)
    posted = _how(request, ask, score, at)
    looks = robots.looks_of(ask, at)
    found = robots.marks(posted, looks)
    robots.seen(ask=ask, at=at, score=score, who=posted.who, posted=True)
    if found:
        _put_aside(ask, posted, comment, found)
        return _form(request, ask, page, at, score=score, comment=comment, problem=page["confirm"], status=200)
    try:
        answering.answer(ask=ask, answer=Answer(score=score, comment=comment), at=at)
    except ValidationError:
        return _message(request, page, "closed", status=410)
    return HttpResponseRedirect(f"{request.path}?{urlencode({'done': 1})}", status=303)


def _put_aside(ask: Ask, posted: robots.Posted, comment: str, found: list[str]) -> None:
    (text,) = timeline.write_texts(texts=[(ask.customer_id, ask.contact_id, comment)])
    Suspect.objects.create(ask=ask, at=posted.at, score=posted.score, text=text, marks=found)
    if found == ["run"]:  # what it posted before, one score after the other, was no person's either
        answering.withdraw(ask=ask, at=posted.at)


def _how(request: HttpRequest, ask: Ask, score: int, at: datetime) -> robots.Posted:
    hands = request.POST.get("hands", "")
    return robots.Posted(
        score=score,
        at=at,
        shown_at=_shown_at(request, ask),
        trap=request.POST.get("website", ""),
        agent=request.headers.get("User-Agent", ""),
        driven=request.POST.get("driven") == "1",
        hands=int(hands) if hands.isdecimal() and len(hands) < 6 else None,
        who=_who(request),
    )


def _shown_at(request: HttpRequest, ask: Ask) -> datetime | None:
    try:
        made = SIGNER.unsign(request.POST.get("form", ""))
        ask_pk, _colon, instant = made.partition(":")
        return datetime.fromtimestamp(float(instant), UTC) if ask_pk == f"{ask.pk}" else None
    except (BadSignature, ValueError):
        return None


def _who(request: HttpRequest) -> str:
    return robots.who(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))


def _is_over(ask: Ask, at: datetime) -> bool:
    try:
        answering.check_open(ask, at)
    except ValidationError:
        return True
    return False


def _score(raw: str | None, page: Said) -> int | None:
    score = int(raw) if raw and raw.isdecimal() and len(raw) < 3 else None
    return score if score in page.scale.scores else None


def _form(request: HttpRequest, ask: Ask, page: Said, at: datetime, **shown: Any) -> HttpResponse:
    score = shown.get("score")
    context = {
        "title": page["question"],
        "scores": page.scale.scores,
        "score": score,
        "label": page.follow_up(score),
        "label_any": page["comment"],
        "labels": {one: page.follow_up(one) for one in page.scale.scores},
        "comment": shown.get("comment", ""),
        "problem": shown.get("problem", ""),
        "stamp": SIGNER.sign(f"{ask.pk}:{at.timestamp()}"),
        "sender": ask.survey.sender_name or page.company,
        "wide": len(page.scale.scores) > 7,
    }
    return _render(request, page, "form", context, status=shown.get("status", 200))


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
    return _render(request, page, "thanks", context)


def _message(request: HttpRequest, page: Said, name: str, status: int = 200) -> HttpResponse:
    context = {"title": page[f"{name}_title"], "message": page[name]}
    return _render(request, page, "message", context, status=status)


def _plain(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """A page to nobody known: in the browser's language."""
    wanted = [part.partition(";")[0] for part in request.headers.get("Accept-Language", "").split(",")]
    language = words.language_of(*wanted)
    return _message(request, said(Survey(), language), name, status)


def _render(request: HttpRequest, page: Said, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    html_language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(page.language, page.language)
    everything = {"said": page, "language": html_language, **context}
    response = render(request, f"surveys/answer/{name}.html", everything, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # the address is the right to answer
    return response
