from collections import defaultdict
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.telling import Kind, Values, register
from core import clock
from core.consumers import consumes
from core.models import Event
from core.navigation import staff
from customers.queries.owners import Owned, owned
from health.models import SignalRule

FEW = 3  # customers of one rule that are told of one by one


def _signal(values: Values) -> str:
    said = {**values, "rule": _(values["rule"])}
    if "count" not in values:
        return _("%(customer)s: %(rule)s") % said
    return ngettext("%(rule)s: %(count)s customer of yours", "%(rule)s: %(count)s customers of yours",
                    values["count"]) % said  # fmt: skip


register(
    Kind(
        key="signal",
        label=gettext_lazy("A signal opens on a customer of yours"),
        icon="bell-alert",
        order=15,
        say=_signal,
    ),
    Kind(
        key="rule_held",
        label=gettext_lazy("A signal rule is held: it found too many"),
        icon="hand-raised",
        order=80,
        allowed=staff,
        say=lambda values: (
            _("“%(rule)s” found %(count)s customers in one night and is held: look at it")
            % {**values, "rule": _(values["rule"])}
        ),
    ),
)


@consumes("health.signal_opened.v1", name="health.notices")
def tell_of_signals(events: Sequence[Event]) -> None:
    """The owners of the customers: one by one where they are few, else all that a rule found in one notice."""
    told = [event.payload for event in events]
    theirs, names = owned({one["customer"] for one in told}), _names({one["rule"] for one in told})
    by_rule: dict[tuple[int, str], list[tuple[int, Owned]]] = defaultdict(list)
    for one in told:
        if customer := theirs.get(one["customer"]):
            by_rule[customer.owner, one["rule"]].append((one["signal"], customer))
    rows = [row for (owner, rule), found in by_rule.items() for row in _rows(owner, names.get(rule, rule), found)]
    notices.tell(notices=rows, at=clock.now())


def _rows(owner: int, rule: str, found: Sequence[tuple[int, Owned]]) -> list[NewNotice]:
    if len(found) > FEW:
        values = {"rule": rule, "count": len(found)}
        key = f"signals:{found[0][0]}"
        return [NewNotice(user=owner, kind="signal", key=key, address=reverse("health:signals"), values=values)]
    return [
        NewNotice(
            user=owner,
            kind="signal",
            key=f"signal:{signal}",
            address=f"{one.address}#health",
            values={"rule": rule, "customer": one.name},
        )
        for signal, one in found
    ]


@consumes("health.signal_held.v1", name="health.held")
def tell_of_held_rules(events: Sequence[Event]) -> None:
    """Administrators, who alone can let them go."""
    names = _names({event.payload["rule"] for event in events})
    rows = [
        NewNotice(
            user=user,
            kind="rule_held",
            key=f"held:{one['rule']}:{one['day']}",
            address=reverse("health:signals"),
            values={"rule": names.get(one["rule"], one["rule"]), "count": one["new"]},
        )
        for one in (event.payload for event in events)
        for user in notices.administrators()
    ]
    notices.tell(notices=rows, at=clock.now())


def _names(keys: set[str]) -> dict[str, str]:
    return dict(SignalRule.objects.filter(key__in=keys).values_list("key", "name"))
