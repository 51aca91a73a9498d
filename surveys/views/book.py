"""A CSM asks the contacts of the own book: all of them, or those who fit; never before the plan was seen."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import who, writers_only
from core import clock
from core.ids import as_uid
from customers.lists import of_customers
from customers.models import Contact
from surveys.domain import planning
from surveys.forms import BookForm
from surveys.models import Survey
from surveys.queries.audience import of_book, plan_of
from surveys.views.build import shown, told_of
from surveys.views.pages import frame, survey_or_404

MOST = 500  # chosen one by one


@writers_only
def ask_book(request: HttpRequest, uid: UUID) -> HttpResponse:
    """First whom, when, who is held back and why; each one shown can be left out; then it is sent.

    Contacts that were chosen one by one stand in place of the book.
    """
    survey, at, user = survey_or_404(uid), clock.now(), who(request)
    form = BookForm(request.POST if request.method == "POST" else None, user=user)
    plan, left_out, problem = None, _left_out(request), ""
    chosen = _chosen(request)
    if form.is_bound and form.is_valid():
        contacts = [*chosen] or of_book(user, form.cleaned_data["filter"], form.cleaned_data["roles"])
        spread = form.cleaned_data["spread_days"]
        if "start" in request.POST:
            try:
                return _sent(request, survey, [pk for pk in contacts if pk not in left_out], spread)
            except ValidationError as error:
                problem = " ".join(error.messages)
        plan = plan_of(contacts, survey=survey, day=clock.today(at), at=at, spread_days=spread)
    more = shown(plan) if plan else {}
    context = frame(
        request, survey, "invitations", form=form, plan=plan, problem=problem, left_out=left_out, chosen=chosen, **more
    )
    return render(request, "surveys/book.html", context, status=422 if problem else 200)


def _sent(request: HttpRequest, survey: Survey, contacts: list[int], spread: int) -> HttpResponse:
    if not contacts:
        raise ValidationError(_("Choose whom to ask."))
    plan = planning.ask_many(survey=survey, contacts=contacts, by=who(request), at=clock.now(), spread_days=spread)
    messages.success(request, told_of(plan))
    return redirect("surveys:invitations", survey.uid)


def _left_out(request: HttpRequest) -> set[int]:
    """Who stood in the plan that was shown, and was not chosen."""
    given, chosen = request.POST.getlist("shown"), set(request.POST.getlist("contact"))
    wanted = [one for one in map(as_uid, set(given) - chosen) if one]
    return set(Contact.objects.filter(uid__in=wanted).values_list("pk", flat=True))


def _chosen(request: HttpRequest) -> dict[int, UUID]:
    """The contacts that were chosen elsewhere, of those that one sees."""
    uids = [one for one in map(as_uid, request.POST.getlist("contacts")[:MOST]) if one]
    return dict(of_customers(Contact.objects.filter(uid__in=uids), who(request)).values_list("pk", "uid"))
