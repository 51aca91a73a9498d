"""Who may open a page, by role. Which rows are on it is the business of ``visible_to``."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Role, User

View = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")


def who(request: HttpRequest) -> User:
    """Who asks. For pages behind sign-in: elsewhere it may be nobody."""
    user: Any = request.user
    return user


def check_writer(user: Any) -> None:
    """Raises PermissionDenied, with words for the page, for whoever only reads."""
    if not getattr(user, "may_write", False):
        raise PermissionDenied(
            _("An analyst reads everything and changes nothing. Ask a colleague of the customer's team to do this.")
        )


def check_administrator(user: Any) -> None:
    """Raises PermissionDenied, with words for the page, for whoever is no administrator."""
    if getattr(user, "role", None) != Role.ADMINISTRATOR:
        raise PermissionDenied(_("This is for administrators. Ask one of yours to do it, or to change your role."))


def leads(user: Any) -> bool:
    """Whether ``user`` answers for more than a book: a lead or an administrator."""
    return getattr(user, "role", None) in {Role.LEAD, Role.ADMINISTRATOR}


def check_leader(user: Any) -> None:
    """Raises PermissionDenied, with words for the page, for whoever is neither lead nor administrator."""
    if not leads(user):
        raise PermissionDenied(_("This is for leads and administrators: it changes figures of the whole company."))


def writers_only(view: View) -> View:
    """A view that changes something: analysts get a page that says why not."""
    return _guarded(view, check_writer)


def administrators_only(view: View) -> View:
    return _guarded(view, check_administrator)


def proved(request: HttpRequest) -> bool:
    """Whether who asks has signed in, or proved again who they are, within ``ACCOUNT_REAUTHENTICATION_TIMEOUT``."""
    records = get_authentication_records(request, request.user)
    latest = max((float(one["at"]) for one in records), default=0.0)
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def proved_only(view: View) -> View:
    """A view of something sensitive: whoever signed in a while ago proves first who they are, and comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if proved(request):
            return view(request, *args, **kwargs)
        methods = get_adapter().get_reauthentication_methods(request.user)
        there = methods[0]["url"] if methods else reverse("account_login")
        return redirect(f"{there}?{urlencode({'next': _back(request)})}")

    return guarded


def proved_to_act(view: View) -> View:
    """The same for what is sent; looking at the page is free."""
    acting = proved_only(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (view if request.method in SAFE else acting)(request, *args, **kwargs)

    return guarded


def _back(request: HttpRequest) -> str:
    """The page to come back to: where a form was sent from, since an address that only takes forms opens nothing."""
    if request.method in SAFE:
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else request.path


def _guarded(view: View, check: Callable[[Any], None]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check(request.user)
        return view(request, *args, **kwargs)

    return guarded
