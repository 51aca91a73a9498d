from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views import defaults

from core.api import problems


@login_not_required
def favicon(_request: HttpRequest) -> HttpResponse:
    """Browsers ask for it even where a page names its icon."""
    return redirect(static("core/mark.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of_api(request, 400, "invalid", _("The address can't be read.")) or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _("There is nothing at this address.")
    return _of_api(request, 404, "not_found", words) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    words = _("That did not work, and nothing was changed.")
    return _of_api(request, 500, "error", words) or defaults.server_error(request)


def _of_api(request: HttpRequest, status: int, rule: str, words: str) -> HttpResponse | None:
    """For programs, what their other errors look like; None where a person asked for a page."""
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(problems.told(status, rule, words), status=status, content_type=problems.MEDIA)
