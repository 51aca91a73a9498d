"""What is done to the customers that are ticked in the list, beside giving them away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import who
from core import clock
from desk.bulk_forms import StagesForm, ticked
from desk.guards import writes
from desk.stages import stage_name
from desk.views.bulk import answer, undo_address
from desk.views.plays import start
from playbooks.domain import bulk_customers
from playbooks.domain.done import Done


@writes
def set_stage(request: HttpRequest) -> HttpResponse:
    form, chosen = StagesForm(request.POST, by=who(request)), _ticked(request)
    if not chosen or not form.is_valid():
        messages.error(request, _("Tick the customers that are meant, and choose a stage."))
        return answer(request)
    stage = form.cleaned_data["stage"]
    done = bulk_customers.set_stage(customers=chosen, stage=stage, by=who(request), at=clock.now())
    words = ngettext("%(count)s customer: %(stage)s.", "%(count)s customers: %(stage)s.", done.customers)
    _tell(request, done, words % {"count": done.customers, "stage": stage_name(stage)})
    return answer(request)


@writes
def archive(request: HttpRequest) -> HttpResponse:
    chosen = _ticked(request)
    if not chosen:
        messages.error(request, _("Tick the customers that are meant."))
        return answer(request)
    done = bulk_customers.archive(customers=chosen, by=who(request), at=clock.now())
    words = ngettext("%(count)s customer is archived.", "%(count)s customers are archived.", done.customers)
    _tell(request, done, words % {"count": done.customers})
    return answer(request)


@writes
def play(request: HttpRequest) -> HttpResponse:
    start(request, _ticked(request))
    return answer(request)


@writes
def merge(request: HttpRequest) -> HttpResponse:
    """To the page that shows what merging the two that are ticked would mean."""
    uids = request.POST.getlist("customers")
    if len(uids) != 2:
        messages.error(request, _("Tick the two customers that are one."))
        return answer(request)
    return redirect(f"{reverse('desk:merge')}?{urlencode({'into': uids[0], 'one': uids[1]})}")


def _ticked(request: HttpRequest) -> list[int]:
    return ticked(request.POST.getlist("customers"), who(request))


def _tell(request: HttpRequest, done: Done, told: str) -> None:
    if done.left:
        left: Any = ngettext("%(count)s stays as it was.", "%(count)s stay as they were.", done.left)
        told += " " + left % {"count": done.left}
    if done.customers:
        messages.success(request, told, extra_tags=undo_address(request, done))
    else:
        messages.error(request, told)
