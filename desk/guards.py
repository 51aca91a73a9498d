from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.access import check_writer
from accounts.models import User
from customers.models import Customer
from playbooks.models import WorkItem

View = Callable[..., HttpResponse]


def writes(view: View) -> View:
    """A view that changes something: POST only, and not for those who only read."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_writer(request.user)
        return view(request, *args, **kwargs)

    return require_POST(guarded)


def who(request: HttpRequest) -> User:
    """Who asks. Everything of the desk stands behind sign-in."""
    user: Any = request.user
    return user


def part(request: HttpRequest, parts: Mapping[str, str], whole: str) -> str:
    """The template to answer with: that of the part which HTMX asks to be replaced, else the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return parts.get(htmx.target or "", whole) if htmx else whole


def customer_or_404(request: HttpRequest, uid: object) -> Customer:
    """The customer, if the one who asks may see them; else a 404, as if there were none."""
    rows = Customer.objects.visible_to(who(request)).select_related("owner", "team", "parent", "standing")
    return get_object_or_404(rows, uid=uid)


def item_or_404(request: HttpRequest, uid: object) -> WorkItem:
    """The task, if the one who asks may see its customer."""
    rows = WorkItem.objects.visible_to(who(request)).select_related("customer__standing", "owner", "text")
    return get_object_or_404(rows, uid=uid)
