from django.utils.translation import gettext_lazy as _

from accounts.queries.notices import unread
from core.navigation import Entry, register, staff

register(
    Entry(key="notices", label=_("Notifications"), icon="bell", url_name="notices", order=70, top=True, count=unread),
    Entry(
        key="preferences",
        label=_("Preferences"),
        icon="adjustments-horizontal",
        url_name="preferences",
        order=71,
        rail=False,
    ),
    Entry(
        key="audit",
        label=_("Audit log"),
        icon="clipboard-document-list",
        url_name="audit:log",
        order=85,
        foot=True,
        rail=False,
        allowed=staff,
    ),
    Entry(
        key="people",
        label=_("People"),
        icon="user-group",
        url_name="accounts:people",
        order=85,
        foot=True,
        allowed=staff,
    ),
)
