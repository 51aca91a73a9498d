from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.files import FORMATS, download
from customers.domain import filters as saved_filters
from customers.views.lists import address, page_of
from desk.bulk_forms import GiveForm, PlayForm, StagesForm
from desk.filters import CustomerFilter, sees_few
from desk.forms import SaveFilterForm
from desk.guards import part, writes
from desk.lists import CUSTOMERS
from desk.queries.narrowing import rule_of
from desk.tables import CustomerTable, FewCustomersTable
from subscriptions.queries.shown import shown

PARTS = {"list": "desk/customers/_list.html"}
TRIGRAM = 3  # letters, from which on an index finds words


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """The customers that one may see: searched, filtered, sorted, a page at a time. The address holds it all."""
    filters = filters_of(request)
    chosen = CustomerTable.chosen(request.GET.getlist("columns"), who(request).columns.get(CUSTOMERS.key, []))
    # What a search finds is sorted as it is: along an index of all customers, too few are met.
    few = sees_few(who(request)) or len(filters.cleaned.get("q") or "") >= TRIGRAM
    shape = FewCustomersTable if few else CustomerTable
    table = shape(
        CustomerTable.rows(filters.qs, chosen),
        shown=shown(),
        ticks=who(request).may_write,
        exclude=CustomerTable.hidden(chosen),
        order_by=request.GET.get("sort") or CUSTOMERS.sort,
    )
    if (format := request.GET.get("format", "")) in FORMATS:
        return download(table.sheet(), f"customers-{clock.today()}", format)
    context = {
        **page_of(CUSTOMERS, filters, table, request),
        "play_form": PlayForm(auto_id="play_%s") if who(request).may_write else None,
        "give_form": GiveForm(by=who(request)) if who(request).may_write else None,
        "stages_form": StagesForm(by=who(request)) if who(request).may_write else None,
        "save_form": SaveFilterForm(user=who(request)) if who(request).may_write else None,
    }
    response = render(request, part(request, PARTS, "desk/customers/page.html"), context)
    response.headers["HX-Push-Url"] = address(CUSTOMERS, request)
    return response


@writes
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address as a rule under a name, and show the list by it."""
    form, filters = SaveFilterForm(request.POST, user=who(request)), filters_of(request)
    filters.is_valid()
    rule = rule_of(filters.form.cleaned_data, clock.today())
    if not form.is_valid() or not rule["all"]:
        messages.error(request, _("Choose at least one filter, and give it a name of its own."))
        return redirect(f"{reverse('desk:customers')}?{request.GET.urlencode()}")
    try:
        kept = saved_filters.save(
            name=form.cleaned_data["name"],
            rule=rule,
            by=who(request),
            at=clock.now(),
            team=form.cleaned_data["team"],
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('desk:customers')}?{request.GET.urlencode()}")
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return redirect(f"{reverse('desk:customers')}?saved={kept.uid}")


def filters_of(request: HttpRequest) -> CustomerFilter:
    rows = CUSTOMERS.rows(who(request))
    return CustomerFilter(request.GET, rows, request=request, user=who(request), today=clock.today())
