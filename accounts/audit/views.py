from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import administrators_only
from accounts.audit.forms import AuditFilter
from accounts.queries import audit

ON_A_PAGE = 50
COUNTED = 10_000


class Counted(Paginator):
    """Pages of a log that only grows: counted to ten thousand; what is older is found by a filter."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


@require_safe
@administrators_only
def log(request: HttpRequest) -> HttpResponse:
    """Who did what, when, and what it was before."""
    form = AuditFilter(request.GET)
    asked: dict[str, Any] = form.narrowed()
    page = Counted(audit.entries(**asked), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Audit log"),
        "note": _("Every change that a person, a key or a playbook made, and any change of settings. It only grows."),
        "form": form,
        "narrowed": bool(asked),
        "lines": audit.lines(list(page)),
        "page": page,
    }
    return render(request, "accounts/audit.html", context)
