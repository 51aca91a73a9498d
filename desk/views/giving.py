"""Customers that are ticked in the list go to somebody else, with their tasks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from accounts.models import User
from core import clock
from desk.bulk_forms import GiveForm, ticked
from desk.guards import writes
from desk.views.bulk import answer, undo_address
from playbooks.domain import bulk
from playbooks.domain.done import Done


@writes
def give(request: HttpRequest) -> HttpResponse:
    chosen, form = ticked(request.POST.getlist("customers"), who(request)), GiveForm(request.POST, by=who(request))
    if not chosen or not form.is_valid():
        messages.error(request, _("Tick the customers that are meant, and choose who takes them."))
        return answer(request)
    to = form.cleaned_data["to"]
    _tell(request, bulk.give(customers=chosen, to=to, by=who(request), at=clock.now()), to)
    return answer(request)


def _tell(request: HttpRequest, done: Done, to: User) -> None:
    words = {"count": done.customers, "to": to}
    told = [ngettext("%(count)s customer goes to %(to)s.", "%(count)s customers go to %(to)s.", done.customers) % words]
    if done.count:
        tasks = ngettext("%(count)s task goes along.", "%(count)s tasks go along.", done.count)
        told.append(tasks % {"count": done.count})
    if done.left:
        stay = ngettext(
            "%(count)s stays: %(to)s may not work for it.", "%(count)s stay: %(to)s may not work for them.", done.left
        )
        told.append(stay % {"count": done.left, "to": to})
    tell = messages.success if done.customers else messages.error
    tell(request, " ".join(told), extra_tags=undo_address(request, done) if done.customers else "")
