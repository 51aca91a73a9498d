"""How this app's lines of the timeline are said. The ids among the values are names by now."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import ContactRole, Customer, StageReached, Touchpoint
from customers.registry import sentence

Values = Mapping[str, Any]
EMPTY = "–"


@sentence("note", label=gettext_lazy("Notes"), icon="pencil-square")
def note(values: Values) -> str:
    return _("Note")


@sentence("touchpoint", label=gettext_lazy("Touchpoints"), icon="chat-bubble-left-right", contacts=("contact",))
def touchpoint(values: Values) -> str:
    kind = _label(Touchpoint.Kind, values.get("kind"))
    if values.get("contact"):
        return _("%(kind)s with %(contact)s") % {"kind": kind, "contact": values["contact"]}
    return kind if values.get("two_way") else _("%(kind)s (one-way)") % {"kind": kind}


@sentence("touchpoint_taken_back", label=gettext_lazy("Touchpoints"), icon="arrow-uturn-left", contacts=("contact",))
def touchpoint_taken_back(values: Values) -> str:
    return _("Taken back: %(touchpoint)s") % {"touchpoint": touchpoint(values)}


@sentence("handed_over", label=gettext_lazy("Hand-off"), icon="hand-raised")
def handed_over(values: Values) -> str:
    return _("Taken over from sales")


@sentence("implementation", label=gettext_lazy("Implementation"), icon="flag")
def implementation(values: Values) -> str:
    said = {"stage": _label(StageReached.Stage, values.get("stage"))}
    return (_("Reached: %(stage)s") if values.get("reached") else _("Not reached after all: %(stage)s")) % said


@sentence("stage_recorded", label=gettext_lazy("Records of stages"), icon="clipboard-document-check")
def stage_recorded(values: Values) -> str:
    said = [_label(StageReached.Stage, values.get("stage"))]
    if values.get("trained"):
        said.append(ngettext("%(count)s person trained", "%(count)s people trained", values["trained"])
                    % {"count": values["trained"]})  # fmt: skip
    if values.get("satisfaction"):
        said.append(_("satisfaction %(score)s of 5") % {"score": values["satisfaction"]})
    return ": ".join([said[0], "; ".join(said[1:])]) if said[1:] else said[0]


@sentence("goal_set", label=gettext_lazy("Goals set"), icon="flag")
def goal_set(values: Values) -> str:
    return _("Goal: from %(before)s to %(after)s") % _goal(values, "baseline", "target")


@sentence("goal_moved", label=gettext_lazy("Goals"), icon="arrow-trending-up")
def goal_moved(values: Values) -> str:
    return _("Goal at %(before)s of %(after)s") % _goal(values, "value", "target")


@sentence("goal_dropped", label=gettext_lazy("Goals given up"), icon="x-circle")
def goal_dropped(values: Values) -> str:
    return _("No goal any more")


def _goal(values: Values, before: str, after: str) -> dict[str, str]:
    return {"before": _said(values.get(before)), "after": _said(values.get(after))}


@sentence("ticket_opened", label=gettext_lazy("Tickets opened"), icon="lifebuoy")
def ticket_opened(values: Values) -> str:
    if values.get("escalated"):
        return _("Escalated ticket opened (%(kind)s)") % {"kind": _ticket(values)}
    return _("Ticket opened (%(kind)s)") % {"kind": _ticket(values)}


@sentence("ticket_escalated", label=gettext_lazy("Tickets escalated"), icon="fire")
def ticket_escalated(values: Values) -> str:
    return _("Ticket escalated (%(kind)s)") % {"kind": _ticket(values)}


@sentence("ticket_closed", label=gettext_lazy("Tickets closed"), icon="check-circle")
def ticket_closed(values: Values) -> str:
    return _("Ticket closed (%(kind)s)") % {"kind": _ticket(values)}


@sentence("ticket_reopened", label=gettext_lazy("Tickets opened again"), icon="lifebuoy")
def ticket_reopened(values: Values) -> str:
    return _("Ticket opened again (%(kind)s)") % {"kind": _ticket(values)}


@sentence("contact_added", label=gettext_lazy("New contacts"), icon="user-plus", contacts=("contact",))
def contact_added(values: Values) -> str:
    return _("%(contact)s is a contact now: %(role)s") % _contact(values)


@sentence("contact_role", label=gettext_lazy("Roles of contacts"), icon="user", contacts=("contact",))
def contact_role(values: Values) -> str:
    return _("%(contact)s is now: %(role)s") % _contact(values)


@sentence("contact_left", label=gettext_lazy("Contacts who left"), icon="user-minus", contacts=("contact",))
def contact_left(values: Values) -> str:
    return _("%(contact)s left the company (%(role)s)") % _contact(values)


@sentence("customer_created", label=gettext_lazy("Beginning"), icon="flag")
def customer_created(values: Values) -> str:
    return _("Became a customer here")


@sentence("customer_archived", label=gettext_lazy("Archived"), icon="archive-box")
def customer_archived(values: Values) -> str:
    return _("Archived")


@sentence("customer_restored", label=gettext_lazy("Brought back"), icon="archive-box-arrow-down")
def customer_restored(values: Values) -> str:
    return _("Brought back from the archive")


@sentence("stage_changed", label=gettext_lazy("Stages"), icon="arrow-right-circle")
def stage_changed(values: Values) -> str:
    return _("Stage: %(before)s → %(after)s") % _step(values)


@sentence("owner_changed", label=gettext_lazy("Owners"), icon="identification", people=("owner",))
def owner_changed(values: Values) -> str:
    return _("%(owner)s owns it now") % values if values.get("owner") else _("Nobody owns it now")


@sentence("parent_changed", label=gettext_lazy("Parents"), icon="building-office-2")
def parent_changed(values: Values) -> str:
    return _("Belongs to %(parent)s now") % values if values.get("parent") else _("Belongs to no other customer now")


@sentence("attributes_changed", label=gettext_lazy("Attributes"), icon="adjustments-horizontal")
def attributes_changed(values: Values) -> str:
    changes = [{"key": _attribute(one), **_step(one)} for one in values.get("changes", [])]
    return "; ".join(_("%(key)s: %(before)s → %(after)s") % one for one in changes)


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value or EMPTY)


def _ticket(values: Values) -> str:
    return ", ".join(filter(None, [values.get("kind"), values.get("priority")])) or EMPTY


def _contact(values: Values) -> dict[str, str]:
    return {"contact": values.get("contact") or _("A contact"), "role": _label(ContactRole, values.get("role"))}


def _step(values: Values) -> dict[str, str]:
    return {"before": _said(values.get("before")), "after": _said(values.get("after"))}


def _said(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number_format(value, use_l10n=True, force_grouping=True)
    try:
        return date_format(date.fromisoformat(value), "j M Y")
    except ValueError:
        return str(value)


def _attribute(change: Values) -> str:
    if change.get("label"):
        return str(change["label"])
    column = cast("models.Field[Any, Any]", Customer._meta.get_field(change["key"]))
    return capfirst(str(column.verbose_name))
