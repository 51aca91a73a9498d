from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import who
from core.clock import AsOf
from subscriptions.queries import attention, collections
from subscriptions.queries.shown import shown

LISTED: Final = 200


@require_safe
def collections_page(request: HttpRequest) -> HttpResponse:
    """What is unpaid, by CSM, and the invoices behind it; what failed payments put at risk; cards that expire."""
    user, at = who(request), AsOf.live()
    owner, state = request.GET.get("owner", ""), request.GET.get("state", "")
    everything = collections.unpaid(user, at)
    listed = (
        [row for row in everything if row.matches(owner, state)]
        if owner or state
        else [row for row in everything if row.state != collections.OPEN]
    )
    context = {
        "title": _("Money"),
        "note": _("What customers have not paid, and who answers for it."),
        "groups": collections.owed(everything),
        "rows": listed[:LISTED],
        "heading": _listed(len(listed), narrowed=bool(owner or state)),
        "narrowed": bool(owner or state),
        "recoveries": collections.recoveries(user, at),
        "shown": shown(),
        "cards": collections.expiring(user, at),
    }
    return render(request, "subscriptions/money/collections.html", context)


@require_safe
def attention_page(request: HttpRequest) -> HttpResponse:
    """What of the money needs somebody, by kind."""
    context = {
        "title": _("Money"),
        "note": _("What does not fit together, until it is put right."),
        "groups": attention.attention(who(request), AsOf.live()),
    }
    return render(request, "subscriptions/money/attention.html", context)


def _listed(count: int, *, narrowed: bool) -> str:
    if narrowed:
        return ngettext("%(count)s unpaid invoice", "%(count)s unpaid invoices", count) % {"count": count}
    return ngettext("%(count)s invoice is late", "%(count)s invoices are late", count) % {"count": count}
