"""From an empty installation to a working queue."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators_only, who
from accounts.domain import users
from core import clock
from data.domain.imports.steps import TooLate
from data.domain.setup import company, demo, first, queue
from data.queries import setup as queries
from data.setup_forms import CompanyForm, FirstForm, PersonForm, words

BACKEND = "accounts.backends.Backend"


@login_not_required
@sensitive_post_parameters("password")
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator of an installation that has nobody yet, for who holds the link it printed."""
    if not first.is_open() or token != first.token():
        raise Http404
    form = FirstForm(request.POST or None, initial={"time_zone": "UTC", "currency": "USD"})
    if request.method == "POST" and form.is_valid():
        try:
            made = first.begin(given=token, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, made, backend=BACKEND)
            return redirect("data:setup")
    return render(request, "data/setup/first.html", {"title": _("Begin"), "form": form})


@require_safe
@administrators_only
def page(request: HttpRequest) -> HttpResponse:
    """What there is to do, what is done, and the next of it."""
    return _page(request, CompanyForm.of_company())


def _page(request: HttpRequest, company: CompanyForm) -> HttpResponse:
    steps = queries.steps()
    context = {
        "title": _("Set up"),
        "note": _("From an empty installation to a queue that says who needs you today."),
        "steps": steps,
        "next": next((one.key for one in steps if not one.done), ""),
        "company": company,
        "person": PersonForm(),
        "demo": queries.demo_state(),
    }
    return render(request, "data/setup/page.html", context, status=422 if company.errors else 200)


@require_POST
@administrators_only
def change_company(request: HttpRequest) -> HttpResponse:
    form = CompanyForm.of_company(request.POST)
    if not form.is_valid():
        return _page(request, form)
    read = form.cleaned_data
    try:
        company.settle(name=read["company_name"], time_zone=read["time_zone"], currency=read["currency"])
    except company.Fixed as error:
        messages.error(request, f"{error}")
    return redirect("data:setup")


@require_POST
@administrators_only
def add_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST)
    if not form.is_valid():
        messages.error(request, words(form))
        return redirect("data:setup")
    read = form.cleaned_data
    try:
        users.create(email=read["email"], name=read["name"], role=read["role"], teams=form.team_of(), at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s sets a password by “Forgot your password?” on the sign-in page.") % read)
    return redirect("data:setup")


@require_POST
@administrators_only
def load_demo(request: HttpRequest) -> HttpResponse:
    try:
        one = demo.ask_for(by=who(request))
    except TooLate as error:
        messages.error(request, f"{error}")
        return redirect("data:setup")
    return redirect("data:import", one.uid)


@require_POST
@administrators_only
def remove_demo(request: HttpRequest) -> HttpResponse:
    try:
        demo.remove(by=who(request))
    except demo.CannotRemove as error:
        messages.error(request, f"{error}")
    else:
        messages.success(request, _("The demo is gone. Your people, teams and keys are still here."))
    return redirect("data:setup")


@require_POST
@administrators_only
def begin_queue(request: HttpRequest) -> HttpResponse:
    queue.begin()
    messages.success(request, _("The queue fills within a minute. The rule “Have a first talk” is yours to change."))
    return redirect("data:setup")
