"""What an administrator still has to set up, or has to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Of each: whether something is missing or broken.
ASKED: Final[Mapping[str, str]] = {
    "customers": "SELECT WHERE NOT EXISTS (SELECT FROM customers_customer)",
    "people": "SELECT WHERE NOT EXISTS (SELECT FROM accounts_user WHERE is_active AND role = 'csm')",
    "owners": "SELECT FROM customers_customer WHERE owner_id IS NULL AND archived_on IS NULL",
    "usage": "SELECT WHERE NOT EXISTS (SELECT FROM usage_feedday)",
    "surveys": "SELECT WHERE NOT EXISTS (SELECT FROM surveys_edition)",
    "playbooks": "SELECT WHERE NOT EXISTS (SELECT FROM playbooks_playbook WHERE active_id IS NOT NULL)",
    "silences": "SELECT FROM usage_silence WHERE ended_at IS NULL",
    "held": """SELECT FROM (SELECT DISTINCT ON (rule_id) held FROM health_signalday ORDER BY rule_id, day DESC) n
               WHERE n.held""",
    "failed": "SELECT FROM playbooks_run WHERE state = 'failed'",
    "uncertain": "SELECT FROM core_mail WHERE state = 'uncertain'",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to set up (or, if ``broken``, to mend), and where."""

    key: str
    words: str | Promise
    why: str | Promise
    url_name: str
    query: str = ""
    broken: bool = False

    @property
    def href(self) -> str:
        return f"{reverse(self.url_name)}{self.query}"


THINGS: Final = (
    Missing(
        "silences",
        _("A usage source is quiet"),
        _("Until it is back, its customers' use is missing data."),
        "usage:intake",
        broken=True,
    ),
    Missing(
        "held",
        _("A signal rule is held"),
        _("It found more customers in a night than it may. Look before anybody is told."),
        "health:signals",
        broken=True,
    ),
    Missing(
        "failed",
        _("A playbook is stuck"),
        _("A step failed. Mend its cause and try it again, or leave it out."),
        "playbooks:playbooks",
        broken=True,
    ),
    Missing(
        "uncertain",
        _("A mail may or may not have left"),
        _("The sender ended before the answer came. It is not sent twice."),
        "admin:core_mail_changelist",
        "?state__exact=uncertain",
        broken=True,
    ),
    Missing(
        "customers",
        _("Load your customers"),
        _("Files of any tool are enough: customers, subscriptions, usage."),
        "data:setup",
    ),
    Missing(
        "people",
        _("Invite your people"),
        _("CSMs own customers and work the queue; leads see their teams."),
        "admin:accounts_user_add",
    ),
    Missing(
        "owners",
        _("Give every customer an owner"),
        _("What nobody owns is in nobody's queue."),
        "desk:customers",
        "?owner=nobody",
    ),
    Missing(
        "usage",
        _("Connect a usage source"),
        _("Without it a customer's health is judged by money and talk alone."),
        "usage:intake",
    ),
    Missing(
        "surveys", _("Publish a survey"), _("What customers say is the other half of their health."), "surveys:surveys"
    ),
    Missing(
        "playbooks",
        _("Put a playbook to work"),
        _("The library has nine to start from; each can be tried dry first."),
        "playbooks:playbooks",
    ),
)


def missing() -> list[Missing]:
    """What is broken first, then what was never set up. One statement."""
    columns = ", ".join(f"EXISTS ({sql})" for sql in ASKED.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        (found,) = cursor.fetchall()
    asked = dict(zip(ASKED, found, strict=True))
    return [thing for thing in THINGS if asked[thing.key]]
