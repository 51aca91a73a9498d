"""How we are connected with Stripe."""

from django.db import transaction

from core.domain import events
from subscriptions.models import StripeAccount

CONNECTED = "subscriptions.stripe_connected.v1"


@transaction.atomic
def connect(*, endpoint_secret: str = "", api_key: str = "") -> StripeAccount:
    """Keep the secrets that are given; an empty one leaves what there is. Which were changed is told, not to what."""
    account = StripeAccount.objects.select_for_update().filter(id=1).first() or StripeAccount(id=1)
    given = {"endpoint_secret": endpoint_secret, "api_key": api_key}
    changed = [name for name, value in given.items() if value and value != getattr(account, name)]
    for name in changed:
        setattr(account, name, given[name])
    account.save()
    if changed:
        events.append(type=CONNECTED, payloads=[{"changed": changed}])
    return account
