from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.files import FORMATS, download
from customers.domain import filters as saved_filters
from customers.models import Customer
from desk.bulk_forms import GiveForm, PlayForm
from desk.filters import CustomerFilter, sees_few
from desk.forms import SaveFilterForm
from desk.guards import part, writes
from desk.paging import paginate
from desk.queries.narrowing import rule_of
from desk.tables import CustomerTable, FewCustomersTable
from subscriptions.queries.shown import shown

PARTS = {"list": "desk/customers/_list.html"}


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """The customers that one may see: searched, filtered, sorted, a page at a time. The address holds it all."""
    filters = filters_of(request)
    chosen = CustomerTable.chosen(request.GET.getlist("columns"))
    shape = FewCustomersTable if sees_few(who(request)) else CustomerTable
    as_shown = shown()
    table = shape(
        CustomerTable.rows(filters.qs, chosen),
        shown=as_shown,
        ticks=who(request).may_write,
        exclude=[name for name in CustomerTable.base_columns if name not in chosen],
        order_by=request.GET.get("sort") or "-at_risk",
    )
    if (format := request.GET.get("format", "")) in FORMATS:
        return download(table.sheet(), f"customers-{clock.today()}", format)
    context = {
        "title": _("Customers"),
        "filters": filters,
        "query": _without(request.GET, "page", "format").urlencode(),
        "table": paginate(table, page=request.GET.get("page", 1)),
        "columns": CustomerTable.choices(chosen, as_shown),
        "play_form": PlayForm(auto_id="play_%s") if who(request).may_write else None,
        "give_form": GiveForm(by=who(request)) if who(request).may_write else None,
        "save_form": SaveFilterForm(user=who(request)) if who(request).may_write else None,
    }
    response = render(request, part(request, PARTS, "desk/customers/page.html"), context)
    response.headers["HX-Push-Url"] = _address(request.GET, chosen)
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


def _address(query: QueryDict, chosen: list[str]) -> str:
    """The list's address without what it would show anyway."""
    kept = _without(query, "format")
    if chosen == CustomerTable.chosen([]):
        kept.pop("columns", None)
    for name in [name for name, value in kept.items() if not value]:
        del kept[name]
    return f"{reverse('desk:customers')}{'?' if kept else ''}{kept.urlencode()}"


def _without(query: QueryDict, *names: str) -> QueryDict:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def filters_of(request: HttpRequest) -> CustomerFilter:
    rows = Customer.objects.visible_to(who(request)).current().filter(standing__isnull=False)
    return CustomerFilter(request.GET, rows, request=request, today=clock.today())
