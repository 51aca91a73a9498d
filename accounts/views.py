from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import who
from accounts.domain import notices as telling
from accounts.domain import users
from accounts.forms import PreferencesForm
from accounts.queries import notices as told
from core import clock
from core.ids import as_uid

SIZE = 50


def address(request: HttpRequest) -> HttpResponse:
    """Who signs in with which address is up to the administrators."""
    raise PermissionDenied(_("An administrator keeps your e-mail address. Ask one of yours to change it."))


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What one was told, the latest first; only what is unread, where the address says so."""
    only_unread, rows = "unread" in request.GET, told.latest(who(request))
    page = Paginator(rows.filter(read_at=None) if only_unread else rows, SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Notifications"),
        "page": page,
        "told": told.said(page.object_list),
        "only_unread": only_unread,
        "everything": not only_unread,
        "today": clock.today(),
    }
    return render(request, "accounts/notices.html", context)


@require_safe
def notice(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Go to what a notice is about, which reads it."""
    found = get_object_or_404(told.latest(who(request)), uid=uid)
    telling.read(user=who(request), at=clock.now(), uids=[found.uid])
    here = url_has_allowed_host_and_scheme(found.address, allowed_hosts=None)
    return redirect(found.address if here else "notices")


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark all as read, or the one that is named."""
    uids = [as_uid(named) for named in request.POST.getlist("notice")]
    telling.read(user=who(request), at=clock.now(), uids=[uid for uid in uids if uid] if uids else None)
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Where one is told of what, and in which time zone."""
    user = who(request)
    form = PreferencesForm(request.POST or None, user=user, wanted=told.wanted(user))
    if request.method == "POST" and form.is_valid():
        telling.choose(user=user, choices=form.choices)
        if form.cleaned_data["time_zone"] != user.time_zone:
            users.change(user=user, values={"time_zone": form.cleaned_data["time_zone"]}, at=clock.now())
        messages.success(request, _("Your preferences are kept."))
        return redirect("preferences")
    context = {"title": _("Preferences"), "form": form}
    return render(request, "accounts/preferences.html", context, status=422 if form.errors else 200)
