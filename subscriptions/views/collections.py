from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.clock import AsOf
from core.files import FORMATS, download
from subscriptions import sheets
from subscriptions.queries import attention, collections
from subscriptions.queries.shown import shown

LISTED: Final = 200


@require_safe
def collections_page(request: HttpRequest) -> HttpResponse:
    """What is unpaid, by CSM, and the invoices behind it; what failed payments put at risk; cards that expire."""
    user, at = who(request), AsOf.live()
    asked = [request.GET.get(name, "") for name in ("owner", "state", "currency")]
    case, narrowed = request.GET.get("case", ""), any(asked[:2])
    everything, failed = collections.unpaid(user, at), collections.cases(user, at)
    listed = [row for row in everything if row.matches(*asked) and (narrowed or row.state != collections.OPEN)]
    opened = [row for row in failed if row.matches(case, asked[2])] if case else []
    if (format := request.GET.get("format")) in FORMATS:
        rows = sheets.of_cases(opened, shown()) if case else sheets.of_unpaid(listed)
        return download(rows, f"collections-{clock.today()}", format)
    context = {
        "title": _("Money"),
        "note": _("What customers have not paid, and who answers for it."),
        "groups": collections.owed(everything),
        "rows": listed[:LISTED],
        "count": len(listed),
        "some": opened if case else listed,
        "sums": _sums(listed),
        "heading": _listed(len(listed), narrowed=narrowed),
        "narrowed": narrowed,
        "recoveries": collections.recoveries(failed),
        "case": case,
        "cases": opened[:LISTED],
        "cases_count": len(opened),
        "cases_sum": sum((row.mrr for row in opened), Decimal(0)),
        "shown": shown(),
        "cards": collections.expiring(user, at),
    }
    return render(request, "subscriptions/money/collections.html", context)


def _sums(rows: Iterable[collections.Unpaid]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return sums


@require_safe
def attention_page(request: HttpRequest) -> HttpResponse:
    """What of the money needs somebody, by kind."""
    groups = attention.attention(who(request), AsOf.live())
    if (format := request.GET.get("format")) in FORMATS:
        return download(sheets.of_troubles(groups), f"attention-{clock.today()}", format)
    context = {
        "title": _("Money"),
        "note": _("What does not fit together, until it is put right."),
        "groups": groups,
        "some": groups,
    }
    return render(request, "subscriptions/money/attention.html", context)


def _listed(count: int, *, narrowed: bool) -> str:
    if narrowed:
        return ngettext("%(count)s unpaid invoice", "%(count)s unpaid invoices", count) % {"count": count}
    return ngettext("%(count)s invoice is late", "%(count)s invoices are late", count) % {"count": count}
