from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.api.caller import key_of
from accounts.domain import keys
from core import clock


class AMinute(BaseThrottle):
    """So many requests of a key in a minute of the clock; the answers say how many are left."""

    def allow_request(self, request: Request, view: Any) -> bool:
        key = key_of(request)
        assert key is not None, "Scoped lets in who has a key"
        at, limit = clock.now(), settings.API_A_MINUTE
        used = keys.count_use(key=key, at=at)
        self._reset = 60 - at.second
        told: Any = request
        told.rate = {
            "RateLimit-Limit": f"{limit}",
            "RateLimit-Remaining": f"{max(0, limit - used)}",
            "RateLimit-Reset": f"{self._reset}",
        }
        return used <= limit

    def wait(self) -> float:
        return float(self._reset)
