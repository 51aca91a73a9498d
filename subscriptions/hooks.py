"""Web hooks that tell what happened to money."""

import json
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from core.failpoints import failpoint
from subscriptions.models import StripeAccount
from subscriptions.stripe import said
from subscriptions.stripe.signature import is_signed

MOST: Final = 1 << 20
NUL: Final = (b"\\u0000", b"")  # which the database can't hold, and nobody means


@login_not_required
@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """One event of Stripe. 2xx says that it is kept: here, and nowhere else, Stripe is told not to send it again."""
    if int(request.headers.get("Content-Length") or 0) > MOST:
        return HttpResponse("Larger than any event.", status=413)
    header, secret = request.headers.get("Stripe-Signature", ""), StripeAccount.current().endpoint_secret
    if not is_signed(header=header, body=request.body, secret=secret, at=clock.now()):
        return HttpResponse("The signature is not Stripe's, or older than five minutes.", status=403)
    try:
        fresh = said.take(event=json.loads(request.body.replace(*NUL)), at=clock.now())
    except (ValueError, AttributeError, RecursionError):
        return HttpResponse("This is no event.", status=400)
    failpoint("stripe.after_commit")
    return HttpResponse("kept" if fresh else "was kept before")
