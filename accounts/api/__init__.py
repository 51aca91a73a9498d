"""Who asks at the doors of the API, what they may do there, and how often."""

from accounts.api.caller import Caller
from accounts.api.keys import KeyAuthentication, Scoped
from accounts.api.limits import AMinute
from accounts.api.once import once

__all__ = ["AMinute", "Caller", "KeyAuthentication", "Scoped", "once"]
