from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Behind a proxy of ours that is what it has written last; whatever stands before that
    the sender may have made up."""
    own = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return own
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or own
