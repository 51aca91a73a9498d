from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.registry import sentence
from playbooks.models import Run, WorkItem

Values = Mapping[str, Any]


@sentence("work_item_opened", label=gettext_lazy("Tasks opened"), icon="plus-circle")
def opened(values: Values) -> str:
    return _("Task: %(title)s") % {"title": _title(values)} if values["title"] else _("Task added")


@sentence("work_item_completed", label=gettext_lazy("Tasks done"), icon="check-circle")
def completed(values: Values) -> str:
    outcome = WorkItem.Outcome(values["outcome"]).label if values.get("outcome") else _("done")
    if not values["title"]:
        return _("Task done: %(outcome)s") % {"outcome": outcome}
    return _("Task done: %(title)s. %(outcome)s") % {"title": _title(values), "outcome": outcome}


@sentence("work_item_snoozed", label=gettext_lazy("Tasks snoozed"), icon="clock")
def snoozed(values: Values) -> str:
    return _("Task snoozed until %(day)s: %(title)s. %(reason)s") % {
        "day": date_format(date.fromisoformat(values["until"]), "j M Y"),
        "title": _title(values) or _("added by hand"),
        "reason": WorkItem.SnoozeReason(values["reason"]).label,
    }


@sentence("work_item_reopened", label=gettext_lazy("Tasks reopened"), icon="arrow-uturn-left")
def reopened(values: Values) -> str:
    return _("Task open again: %(title)s") % {"title": _title(values)} if values["title"] else _("Task open again")


@sentence("work_item_reassigned", label=gettext_lazy("Tasks handed over"), icon="arrows-right-left", people=("to",))
def reassigned(values: Values) -> str:
    return _("Task handed to %(to)s: %(title)s") % {
        "to": values["to"],
        "title": _title(values) or _("added by hand"),
    }


@sentence("work_item_cleared", label=gettext_lazy("Tasks cleared"), icon="minus-circle")
def cleared(values: Values) -> str:
    return _("Task cleared, its cause is gone: %(title)s") % {"title": _title(values)}


@sentence("playbook_started", label=gettext_lazy("Playbooks"), icon="play")
def playbook_started(values: Values) -> str:
    return _("Playbook started: %(playbook)s") % {"playbook": _(values["playbook"])}


@sentence("playbook_ended", label=gettext_lazy("Playbooks ended"), icon="stop")
def playbook_ended(values: Values) -> str:
    words = {"playbook": _(values["playbook"]), "state": Run.State(values["state"]).label}
    return _("Playbook ended: %(playbook)s, %(state)s") % words


@sentence("playbook_mail_sent", label=gettext_lazy("Mails of playbooks"), icon="envelope", contacts=("contact",))
def playbook_mail_sent(values: Values) -> str:
    return _("Mail to %(contact)s") % {"contact": values["contact"]}


def _title(values: Values) -> str:
    # Titles of the rules that come with Holdfast are translated; a company's own are shown as written.
    return _(values["title"]) if values["title"] else ""
