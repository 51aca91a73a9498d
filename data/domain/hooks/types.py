"""What a web hook can be told of, and how an event reads outside: with ids that last, never those of our tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import Event
from customers.models import Contact, Customer
from playbooks.models import Run
from subscriptions.models import Subscription
from surveys.models import Survey

TEST: Final = "holdfast.test.v1"
TYPES: Final[dict[str, str | Promise]] = {
    "customers.customer_created.v1": _("A customer came"),
    "customers.customer_changed.v1": _("A customer was changed"),
    "customers.customer_archived.v1": _("A customer was archived"),
    "customers.customer_restored.v1": _("A customer was taken out of the archive"),
    "customers.customers_merged.v1": _("Two customers were merged"),
    "customers.merge_undone.v1": _("A merge was undone"),
    "customers.contact_added.v1": _("A contact came"),
    "customers.contact_changed.v1": _("A contact was changed"),
    "customers.touchpoint_logged.v1": _("A call, mail or meeting was logged"),
    "customers.ticket_recorded.v1": _("A ticket came"),
    "customers.ticket_changed.v1": _("A ticket was changed"),
    "customers.stage_reached.v1": _("A stage of the implementation was reached"),
    "customers.goal_moved.v1": _("A goal moved"),
    "subscriptions.version_recorded.v1": _("A subscription was changed"),
    "subscriptions.movement_recorded.v1": _("MRR moved"),
    "subscriptions.invoices_recorded.v1": _("Invoices were recorded"),
    "subscriptions.save_recorded.v1": _("A save was recorded"),
    "usage.recorded.v1": _("Usage was counted"),
    "usage.source_quiet.v1": _("A source went quiet"),
    "usage.source_back.v1": _("A source came back"),
    "surveys.answered.v1": _("Somebody answered a survey"),
    "health.band_changed.v1": _("A customer changed band"),
    "health.signal_opened.v1": _("A signal opened"),
    "health.signal_cleared.v1": _("A signal cleared"),
    "churn.recorded.v1": _("A reason to leave was recorded"),
    "playbooks.run_started.v1": _("A playbook started"),
    "playbooks.run_ended.v1": _("A playbook ended"),
    "playbooks.run_failed.v1": _("A playbook is stuck"),
    "playbooks.work_item_opened.v1": _("A task opened"),
    "playbooks.work_item_completed.v1": _("A task was done"),
    "playbooks.work_item_cleared.v1": _("A task cleared by itself"),
    "data.loaded.v1": _("Files were loaded"),
    "data.import_undone.v1": _("An import was taken back"),
}
# The names under which payloads hold numbers of our tables.
NOUNS: Final[dict[str, type[Model]]] = {
    "customer": Customer,
    "from": Customer,
    "into": Customer,
    "contact": Contact,
    "subscription": Subscription,
    "survey": Survey,
    "run": Run,
    "owner": User,
    "by": User,
}
MANY: Final = {"customers": Customer, "contacts": Contact}
# Numbers of our tables that nobody outside can use.
INNER: Final = {
    "invoice",
    "movement",
    "reason",
    "response",
    "rule",
    "ticket",
    "touchpoint",
}
Uids = Mapping[type[Model], Mapping[int, str]]


def bodies(events: Sequence[Event]) -> list[dict[str, Any]]:
    """``{"id", "type", "at", "known_on", "data"}`` of each event; ids in ``data`` are uids, of what is gone null."""
    uids = _uids(events)
    return [
        {
            "id": f"{event.uid}",
            "type": event.type,
            "at": event.at.isoformat(),
            "known_on": f"{event.known_on}",
            "data": {key: _outside(key, value, uids) for key, value in event.payload.items() if key not in INNER},
        }
        for event in events
    ]


def _uids(events: Iterable[Event]) -> Uids:
    """By noun, the uid of each row that these events speak of. A statement a noun."""
    wanted: dict[type[Model], set[int]] = {}
    for event in events:
        for key, value in event.payload.items():
            if noun := NOUNS.get(key) or MANY.get(key):
                numbers = value if isinstance(value, list) else [value]
                wanted.setdefault(noun, set()).update(one for one in numbers if isinstance(one, int))
    return {
        noun: {pk: f"{uid}" for pk, uid in noun._base_manager.filter(pk__in=pks).values_list("pk", "uid")}
        for noun, pks in wanted.items()
        if pks
    }


def _outside(key: str, value: Any, uids: Uids) -> Any:
    if key in MANY and isinstance(value, list):
        return [uids[MANY[key]].get(one) for one in value]
    if key in NOUNS and isinstance(value, int):
        return uids[NOUNS[key]].get(value)
    return value
