"""Which customer a page is about, for whoever may see them."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import who
from customers.models import Customer


def customer_or_404(request: HttpRequest, uid: object) -> Customer:
    """The customer, if the one who asks may see them; else a 404, as if there were none."""
    rows = Customer.objects.visible_to(who(request)).select_related("owner", "team", "parent", "standing")
    return get_object_or_404(rows, uid=uid)
