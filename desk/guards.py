from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.access import who, writers_only
from playbooks.models import WorkItem

View = Callable[..., HttpResponseBase]


def writes(view: View) -> View:
    """A view that changes something: POST only, and not for those who only read."""
    return require_POST(writers_only(view))


def part(request: HttpRequest, parts: Mapping[str, str], whole: str) -> str:
    """The template to answer with: that of the part which HTMX asks to be replaced, else the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return parts.get(htmx.target or "", whole) if htmx else whole


def item_or_404(request: HttpRequest, uid: object) -> WorkItem:
    """The task, if the one who asks may see its customer."""
    rows = WorkItem.objects.visible_to(who(request)).select_related("customer__standing", "owner", "text")
    return get_object_or_404(rows, uid=uid)
