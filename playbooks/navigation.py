from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from core.navigation import Entry, register


def reads_playbooks(user: Any) -> bool:
    return bool(user.is_authenticated and user.role != Role.CSM)


register(
    Entry(
        key="playbooks",
        label=_("Playbooks"),
        icon="play",
        url_name="playbooks:playbooks",
        order=40,
        allowed=reads_playbooks,
    )
)

register(
    Entry(
        key="queue-rules",
        label=_("Queue rules"),
        icon="inbox",
        url_name="playbooks:queue-rules",
        order=41,
        allowed=lambda user: bool(user.is_staff),
        rail=False,
    )
)
register(Entry(key="runs", label=_("Runs"), icon="play", url_name="playbooks:runs", order=24, rail=False))
