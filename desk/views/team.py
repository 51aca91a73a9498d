"""The lead's view: who has how much to do, and whose book goes to whom while somebody is away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from accounts.models import Role, User
from core import clock
from desk.bulk_forms import HandOverForm
from desk.filters import colleagues
from desk.guards import writes
from desk.queries.team import loads
from desk.views.bulk import tell
from playbooks.domain import bulk
from subscriptions.queries.of_customer import reporting_currency


def _leads(request: HttpRequest) -> User:
    user = who(request)
    if user.role == Role.CSM:
        raise PermissionDenied(_("The load of a team is shown to its lead. Your own day is in the queue."))
    return user


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    user, today = _leads(request), clock.today()
    rows = loads(user, today)
    forms = {row.person.pk: HandOverForm(by=user, of=row.person, auto_id=f"to_{row.person.pk}_%s")
             for row in rows if row.person and user.may_write}  # fmt: skip
    context = {
        "title": _("Team"),
        "note": _("Who has how much to do, and how much of it still fits into today."),
        "rows": [(row, forms.get(row.person.pk) if row.person else None) for row in rows],
        "currency": reporting_currency(),
    }
    return render(request, "desk/team.html", context)


@writes
def hand_over(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give one person's tasks, or their whole book, to another."""
    by = _leads(request)
    of = get_object_or_404(colleagues(by), uid=uid)
    form = HandOverForm(request.POST, by=by, of=of)
    if not form.is_valid():
        messages.error(request, _("Choose who takes over."))
        return redirect("desk:team")
    read = form.cleaned_data
    tell(request, bulk.hand_over(of=of, to=read["to"], customers=read["what"] == "book", by=by, at=clock.now()))
    return redirect("desk:team")
