"""Who comes in: the pages of people and their invitations."""

from typing import Any
from uuid import UUID

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import single
from accounts.access import administrators_only, proved_only, who
from accounts.domain import invitations
from accounts.models import Invitation, User
from accounts.people_forms import AcceptForm, InviteForm
from core import clock


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Where the link of an invitation leads: a look takes nothing, so that a scanner of mail can't use it up."""
    found = invitations.find(token=token, at=clock.now())
    if found is None:
        return render(request, "accounts/invitation_over.html", status=404)
    if request.method == "POST" and "sso" in request.POST:
        request.session[single.INVITED] = token
        return redirect("openid_connect_login", provider_id="sso")
    form = AcceptForm(request.POST or None, user=found.user, initial={"name": found.user.name})
    if not form.is_valid():
        return render(request, "accounts/invitation.html", {"form": form, "invitation": found})
    user = invitations.accept(invitation=found, at=clock.now(), **form.cleaned_data)
    if user is None:
        return render(request, "accounts/invitation_over.html", status=404)
    answer: HttpResponse = perform_login(request, user)
    return answer


@administrators_only
@proved_only
def people(request: HttpRequest) -> HttpResponse:
    """Who signs in, who was invited, and the form to invite one more."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        return redirect("accounts:people")
    return render(request, "accounts/people.html", _people(form))


@administrators_only
@proved_only
@require_POST
def invite_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    user = get_object_or_404(User, uid=uid, is_active=True)
    invitations.invite(user=user, by=who(request), at=clock.now())
    messages.info(
        request, _("A new link is on its way to %(email)s. Earlier ones open nothing.") % {"email": user.email}
    )
    return redirect("accounts:people")


@administrators_only
@proved_only
@require_POST
def uninvite(request: HttpRequest, uid: UUID) -> HttpResponse:
    invitations.revoke(user=get_object_or_404(User, uid=uid), at=clock.now())
    return redirect("accounts:people")


def _invite(request: HttpRequest, form: InviteForm) -> bool:
    try:
        invitations.invite_new(**form.cleaned_data, by=who(request), at=clock.now())
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.info(request, _("A link is on its way to %(email)s.") % {"email": form.cleaned_data["email"]})
    return True


def _people(form: InviteForm) -> dict[str, Any]:
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount

    open_ones = Invitation.objects.filter(user=OuterRef("pk"), accepted_at=None, revoked_at=None)
    listed = User.objects.prefetch_related("teams").annotate(
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"))),
        has_sso=Exists(SocialAccount.objects.filter(user=OuterRef("pk"))),
        open_until=Subquery(open_ones.filter(expires_at__gt=clock.now()).values("expires_at")[:1]),
    )
    return {
        "title": _("People"),
        "note": _("Who signs in here, and as what."),
        "form": form,
        "people": listed,
    }
