from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static


@login_not_required
def favicon(_request: HttpRequest) -> HttpResponse:
    """Browsers ask for it even where a page names its icon."""
    return redirect(static("core/mark.svg"))
