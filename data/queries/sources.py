"""Where the data of this installation comes from, how fresh it is, and what of it was turned away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Key
from core import clock
from core.clock import AsOf
from customers.models import MailReceived
from data.models import KeptMapping
from subscriptions.models import StripeAccount, StripeEvent
from usage.queries.sources import source_states


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source: by which doors it comes, when last, how many rows it brought and how many were turned away.

    ``quiet`` None: nobody expects it to come by itself. ``used_on`` is the last day whose use it told.
    """

    label: str
    doors: str
    last: datetime | None
    rows: int | None
    rejects: int
    reject_href: str
    quiet: bool | None
    mapping: str
    href: str
    used_on: date | None = None

    @property
    def just_now(self) -> bool:
        return bool(self.last and clock.now() - self.last < timedelta(minutes=1))


def sources() -> list[SourceLine]:
    """Every source that ever brought something, then those that are connected otherwise."""
    return [*_by_key(), *_stripe(), *_mail(), *_keys()]


def _by_key() -> Iterator[SourceLine]:
    with connection.cursor() as cursor:
        cursor.execute(SOURCES)
        rows = cursor.fetchall()
    states = {state.source.pk: state for state in source_states(AsOf.live())}
    mapped: dict[str, list[str]] = {}
    for source, noun in KeptMapping.objects.values_list("source", "noun"):
        mapped.setdefault(source, []).append(noun)
    for pk, key, label, loaded_at, count, dropped, sent_at, rejected, keys in rows:
        state = states.get(pk)
        live = bool(keys or sent_at)
        doors = [
            *([_("files and bulk calls")] if loaded_at else []),
            *([_("events")] if live else []),
        ]
        if not (doors or state):
            continue
        last = max(filter(None, (loaded_at, sent_at, state.last_at if state else None)), default=None)
        yield SourceLine(
            label=label or key,
            doors=", ".join(doors) or _("made here"),
            last=last,
            rows=count,
            rejects=(dropped or 0) + rejected,
            reject_href=reverse("usage:intake") if rejected else reverse("data:imports"),
            quiet=state.quiet if state and live else None,
            mapping=", ".join(mapped.get(key, [])),
            href=reverse("usage:intake") if live else reverse("data:imports"),
            used_on=state.last_on if state else None,
        )


# When a source sent an event last is looked for among the newest of all: further back, its days say enough.
SOURCES = """
    SELECT s.id, s.key, s.label, l.at, l.rows, l.dropped, r.last_at, COALESCE(j.rejected, 0), COALESCE(k.keys, 0)
    FROM core_source s
    LEFT JOIN (SELECT source_id, max(at) AS at, sum(new + changed)::bigint AS rows, sum(dropped)::bigint AS dropped
               FROM data_loadrun GROUP BY 1) l ON l.source_id = s.id
    LEFT JOIN (SELECT source_id, max(received_at) AS last_at FROM (
                   SELECT source_id, received_at FROM usage_rawevent ORDER BY tx DESC, id DESC LIMIT 10000
               ) n GROUP BY 1) r ON r.source_id = s.id
    LEFT JOIN (SELECT source_id, count(*) AS rejected FROM usage_rejected WHERE replayed_at IS NULL
               GROUP BY 1) j ON j.source_id = s.id
    LEFT JOIN (SELECT source_id, count(*) AS keys FROM accounts_key WHERE revoked_at IS NULL AND scope = 'intake'
               GROUP BY 1) k ON k.source_id = s.id
    WHERE s.key NOT LIKE 'undone-%'
    ORDER BY greatest(l.at, r.last_at) DESC NULLS LAST, s.key
"""


def _stripe() -> Iterator[SourceLine]:
    account = StripeAccount.objects.filter(pk=1).first()
    found = StripeEvent.objects.aggregate(
        last=Max("received_at"), count=Count("pk"), failed=Count("pk", filter=Q(state=StripeEvent.State.FAILED))
    )
    if account is None and not found["count"]:
        return
    last = max(filter(None, (found["last"], account and account.reconciled_at)), default=None)
    yield SourceLine(
        "Stripe", _("web hooks and reconciliation"), last, found["count"], found["failed"], "", None, "", ""
    )


def _mail() -> Iterator[SourceLine]:
    found = MailReceived.objects.aggregate(
        last=Max("at"), count=Count("pk"), unknown=Count("pk", filter=Q(state=MailReceived.State.UNKNOWN))
    )
    if found["count"]:
        yield SourceLine(_("Mail"), _("the mailbox"), found["last"], found["count"], found["unknown"], "", None, "", "")


def _keys() -> Iterator[SourceLine]:
    now = clock.now()
    open_keys = Key.objects.filter(revoked_at=None, scope__in=[Key.Scope.READ, Key.Scope.WRITE])
    for key in open_keys.exclude(expires_at__lt=now).order_by(Greatest("last_used_at", "created_at").desc()):
        yield SourceLine(
            key.name,
            _("API key, %(scope)s") % {"scope": key.get_scope_display()},
            key.last_used_at,
            None,
            0,
            "",
            None,
            "",
            reverse("admin:accounts_key_changelist"),
        )
