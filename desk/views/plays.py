"""Playbooks started by hand: for one customer, for those that are listed, for those whose tasks are ticked."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from core import clock
from customers.access import customer_or_404
from desk.bulk_forms import PlayForm, seen
from desk.guards import writes
from desk.views.bulk import answer
from desk.views.customers import filters_of
from playbooks.domain.run.by_hand import MOST, start_by_hand
from playbooks.models import WorkItem


@writes
def play(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    start(request, [found.pk])
    return redirect(found)


@writes
def play_listed(request: HttpRequest) -> HttpResponse:
    """For the customers that the filters of the address leave; refused where that is everybody."""
    filters = filters_of(request)
    back = redirect(f"{reverse('desk:customers')}?{request.GET.urlencode()}")
    if not filters.narrowing:
        messages.error(request, _("Choose customers by a filter first."))
        return back
    start(request, list(filters.qs.order_by("pk").values_list("pk", flat=True)[: MOST + 1]))
    return back


@writes
def play_ticked(request: HttpRequest) -> HttpResponse:
    ticked = seen(request.POST.getlist("items"), who(request))
    customers = WorkItem.objects.filter(pk__in=list(ticked)).order_by().values_list("customer", flat=True).distinct()
    start(request, list(customers))
    return answer(request)


def start(request: HttpRequest, customers: Sequence[int]) -> None:
    """Start the playbook of the form for these customers, and tell."""
    form = PlayForm(request.POST)
    if not form.is_valid() or not customers:
        messages.error(request, _("Nothing was started. Choose customers and a playbook that is at work."))
        return
    playbook = form.cleaned_data["playbook"]
    try:
        begun = start_by_hand(playbook=playbook, customers=customers, by=who(request), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    words = {"playbook": _(playbook.name), "count": len(begun.runs), "left": begun.left}
    told = ngettext("%(playbook)s: started for %(count)s customer.", "%(playbook)s: started for %(count)s customers.",
                    len(begun.runs)) % words  # fmt: skip
    if begun.left:
        told += " " + _("Not for %(left)s: it runs there already, or is not meant for them.") % words
    (messages.success if begun.runs else messages.error)(request, told)
