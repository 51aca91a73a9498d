from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


def address(request: HttpRequest) -> HttpResponse:
    """Who signs in with which address is up to the administrators."""
    raise PermissionDenied(_("An administrator keeps your e-mail address. Ask one of yours to change it."))
