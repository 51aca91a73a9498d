"""Single sign-on. A user is found by issuer and subject, which no one else can have; never by an e-mail address, which
a provider may give to somebody else tomorrow, or to whoever asks.
"""

from hashlib import sha256
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from accounts.domain import invitations
from core import clock

INVITED = "invitation"  # in the session: the token of the invitation that was opened last
LONGEST = 191


class Provider(OpenIDConnectProvider):
    """The provider of allauth, whose ``uid`` names the issuer, too: another provider's subject "42" is not ours."""

    @classmethod
    def get_package(cls) -> str:
        package: str = OpenIDConnectProvider.get_package()
        return package

    def extract_uid(self, data: dict[str, Any]) -> str:
        token = data.get("id_token") or {}
        issuer, subject = token.get("iss"), token.get("sub")
        if not issuer or not subject:
            raise OAuth2Error("The provider's token names no issuer or no subject.")
        if data.get("userinfo", token).get("sub") != subject:
            raise OAuth2Error("The provider told of somebody else than it signed for.")
        whole = f"{issuer} {subject}"
        return whole if len(whole) <= LONGEST else sha256(whole.encode()).hexdigest()


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Opens for who is linked. Linked is who signed in by password first and asked for it, and who was invited by an
    administrator and came with the link of that mail.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        token = request.session.pop(INVITED, "")
        if not token or sociallogin.is_existing or request.user.is_authenticated:
            return
        invitation = invitations.find(token=token, at=clock.now())
        user = invitation and invitations.accept(invitation=invitation, at=clock.now())
        if user is None:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("accounts:invitation", args=[token])))
        sociallogin.connect(request, user)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("mfa_index")
