"""What the pages for contacts have in common: the form, how it comes back, and a message in its place."""

from datetime import UTC, datetime
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.address import address_of
from customers.domain import timeline
from surveys import words
from surveys.domain import robots
from surveys.models import Ask, OpenLink, Survey, Suspect
from surveys.queries.pages import Said, said

SIGNER = TimestampSigner(salt="surveys.form")
LONGEST = 10_000


def show(request: HttpRequest, of: Ask | OpenLink, page: Said, at: datetime, **shown: Any) -> HttpResponse:
    """The question with the chosen ``score``, the ``comment`` and the ``problem`` that are given."""
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
        "stamp": SIGNER.sign(f"{_key(of)}:{at.timestamp()}"),
        "sender": of.survey.sender_name or page.company,
        "wide": len(page.scale.scores) > 7,
    }
    return draw(request, page, "form", context, status=shown.get("status", 200))


def posted(request: HttpRequest, of: Ask | OpenLink, score: int, at: datetime, who: str) -> robots.Posted:
    """How the form came in."""
    hands = request.POST.get("hands", "")
    return robots.Posted(
        score=score,
        at=at,
        shown_at=_shown_at(request, of),
        trap=request.POST.get("website", ""),
        agent=request.headers.get("User-Agent", ""),
        driven=request.POST.get("driven") == "1",
        hands=int(hands) if hands.isdecimal() and len(hands) < 6 else None,
        who=who,
    )


def put_aside(of: Ask | OpenLink, posted: robots.Posted, comment: str, found: list[str]) -> None:
    """Keep an answer with the marks of a robot, uncounted."""
    contact = of.contact_id if isinstance(of, Ask) else None
    (text,) = timeline.write_texts(texts=[(of.customer_id, contact, comment)])
    Suspect.objects.create(**robots.target(of), at=posted.at, score=posted.score, text=text, marks=found)


def who(request: HttpRequest) -> str:
    return robots.who(address_of(request), request.headers.get("User-Agent", ""))


def is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody sees the page, now."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def score_of(raw: str | None, page: Said) -> int | None:
    score = int(raw) if raw and raw.isdecimal() and len(raw) < 3 else None
    return score if score in page.scale.scores else None


def message(request: HttpRequest, page: Said, name: str, status: int = 200) -> HttpResponse:
    context = {"title": page[f"{name}_title"], "message": page[name]}
    return draw(request, page, "message", context, status=status)


def plain(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """A page to nobody known: in the browser's language."""
    return message(request, said(Survey(), words.language_of(*languages(request))), name, status)


def languages(request: HttpRequest) -> list[str]:
    """What the browser's person reads, best first."""
    return [part.partition(";")[0].strip() for part in request.headers.get("Accept-Language", "").split(",")]


def draw(request: HttpRequest, page: Said, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    html_language = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(page.language, page.language)
    everything = {"said": page, "language": html_language, **context}
    response = render(request, f"surveys/answer/{name}.html", everything, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # the address is the right to answer
    return response


def _key(of: Ask | OpenLink) -> str:
    return f"{of.pk}" if isinstance(of, Ask) else f"link{of.pk}"


def _shown_at(request: HttpRequest, of: Ask | OpenLink) -> datetime | None:
    try:
        made = SIGNER.unsign(request.POST.get("form", ""))
        key, _colon, instant = made.partition(":")
        return datetime.fromtimestamp(float(instant), UTC) if key == _key(of) else None
    except (BadSignature, ValueError):
        return None
