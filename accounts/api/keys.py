import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.api.caller import Caller, caller, key_of
from accounts.domain import keys
from accounts.models import Key
from core import actor, clock

SCHEME = "Bearer"
ABOUT_MONEY = re.compile(r"/api/v1/((subscriptions|invoices|movements|costs|queue|bulk)/|reports/(?!nps/))")


class KeyAuthentication(BaseAuthentication):
    """A key in ``Authorization: Bearer``. ``request.user`` is then a ``Caller``, ``request.auth`` the key."""

    def authenticate(self, request: Request) -> tuple[Any, Key] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        at = clock.now()
        key = keys.find(secret.strip(), at=at)
        if key is None:
            raise AuthenticationFailed(_("This key opens nothing: it is unknown, revoked or expired."))
        actor.identify(f"key:{key.pk}")
        keys.note_use(key=key, at=at)
        return Caller(key), key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class Scoped(BasePermission):
    """Keys to read read; keys to write do both; those of the intake neither."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = key_of(request)
        if key is None:
            return False
        if key.scope == Key.Scope.INTAKE:
            raise PermissionDenied(_("This key sends usage events. Make one to read or to write."))
        if request.method not in SAFE_METHODS and key.scope != Key.Scope.WRITE:
            raise PermissionDenied(_("This key reads. Make one to write."))
        if ABOUT_MONEY.match(request.path) and not caller(request).sees_money:
            raise PermissionDenied(_("Amounts are hidden from this key, as they are from the CSMs of its team."))
        return True


class Whole(Scoped):
    """The same, and keys of one team stay outside."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = key_of(request)
        if not super().has_permission(request, view) or key is None:
            return False
        if key.team_id is not None:
            raise PermissionDenied(_("This key sees one team. Make one without a team for this."))
        return True


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key from `manage.py key create`."}
