from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import who
from accounts.models import Role


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    href: str
    current: bool


def tabs(request: HttpRequest) -> list[Tab]:
    """The pages of usage that this user may open."""
    shown = [("usage:overview", _("Overview")), ("usage:keeping", _("What keeps customers"))]
    if who(request).role == Role.ADMINISTRATOR:
        shown += [("usage:events", _("Events and features")), ("usage:intake", _("Intake"))]
    return [Tab(label, reverse(name), request.path == reverse(name)) for name, label in shown]
