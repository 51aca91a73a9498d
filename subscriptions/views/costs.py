from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import check_leader, leads, who
from core import clock
from core.clock import AsOf
from core.faults import Refused
from core.files import FORMATS, download
from subscriptions import sheets
from subscriptions.domain import costs as domain
from subscriptions.domain.costs import Spent
from subscriptions.forms.changes import CostForm
from subscriptions.queries import costs as queries
from subscriptions.queries.of_customer import reporting_currency


@require_http_methods(["GET", "HEAD", "POST"])
def costs(request: HttpRequest) -> HttpResponse:
    """What winning and serving customers costs, month by month; leads and administrators enter and correct it."""
    initial = {"month": clock.today().replace(day=1), "currency": reporting_currency()}
    form = CostForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound:
        check_leader(request.user)
        if form.is_valid() and _record(form):
            month = date_format(form.cleaned_data["month"], "F Y")
            messages.success(request, _("The cost of %(month)s is recorded.") % {"month": month})
            return redirect("subscriptions:costs")
    rows = queries.known(AsOf.live())
    if (format := request.GET.get("format")) in FORMATS:
        return download(sheets.of_costs(rows), f"costs-{clock.today()}", format)
    context = {
        "title": _("Money"),
        "note": _("What winning and serving customers costs: lifetime value and payback are reckoned with it."),
        "rows": rows,
        "some": rows,
        "form": form if leads(who(request)) else None,
    }
    return render(request, "subscriptions/money/costs.html", context, status=422 if form.errors else 200)


def _record(form: CostForm) -> bool:
    try:
        domain.record(costs=[Spent(**form.cleaned_data)], known_on=clock.today())
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
