"""What is done to several tasks at once, and to a whole book."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from core.forms import Select
from core.ids import as_uid
from customers.models import Contact, ContactRole, Customer
from desk.filters import NAMES_LAST, choices_for, colleagues
from desk.forms import not_too_far
from desk.stages import stage_name
from playbooks.models import Playbook, WorkItem
from playbooks.queries.books import at_work
from surveys.models import Survey

MOST_AT_ONCE = 500


def hands(by: User) -> QuerySet[User]:
    """Whom ``by`` may give work to, of the colleagues they know: whether a customer is theirs to see is asked later."""
    return colleagues(by).exclude(role=Role.ANALYST).order_by("name", "pk")


def _names(by: User) -> list[tuple[str, str]]:
    """Their uids and names, a minute old at most: the queue asks for them each time."""
    key = f"desk.hands:{by.pk}:{by.role}"
    return (
        cache.get_or_set(key, lambda: [(f"{u}", n) for u, n in hands(by).values_list("uid", "name")], NAMES_LAST) or []
    )


def seen(posted: Iterable[str], by: User) -> dict[int, int]:
    """The tasks that were ticked, of those that ``by`` sees, by id: the version in which each was seen."""
    wanted = dict(_read(one) for one in list(posted)[:MOST_AT_ONCE])
    rows = WorkItem.objects.visible_to(by).filter(uid__in=[uid for uid in wanted if uid])
    return {pk: wanted[uid] for pk, uid in rows.values_list("pk", "uid")}


def _read(posted: str) -> tuple[UUID | None, int]:
    uid, _colon, version = posted.partition(":")
    try:
        return UUID(uid), int(version)
    except ValueError:
        return None, 0


def ticked(posted: Iterable[str], by: User) -> list[int]:
    """The customers that were ticked, of those that ``by`` sees."""
    return list(Customer.objects.visible_to(by).filter(uid__in=uids_of(posted)).values_list("pk", flat=True))


def uids_of(posted: Iterable[str]) -> list[UUID]:
    """What was ticked, as far as it can be read, and no more than is done at once."""
    return [uid for uid in map(as_uid, list(posted)[:MOST_AT_ONCE]) if uid]


class BulkCompleteForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=WorkItem.Outcome.choices, widget=forms.RadioSelect, initial=WorkItem.Outcome.SOLVED
    )


class BulkSnoozeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=WorkItem.SnoozeReason.choices,
        widget=forms.RadioSelect,
        initial=WorkItem.SnoozeReason.THEIR_TURN,
    )
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=7)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return not_too_far(until, self.today)


class BulkReassignForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("To"), to_field_name="uid", empty_label=None)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["to"]
        people.queryset = hands(by)
        people.widget = Select(choices=_names(by))


class GiveForm(BulkReassignForm):
    """Who takes the customers that are ticked: nobody until one is chosen."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, auto_id="give_%s", **kwargs)
        people: Any = self.fields["to"]
        people.widget.choices = [("", gettext("Give to …")), *people.widget.choices]
        people.widget.attrs["class"] = "input input-small"


class StagesForm(forms.Form):
    """Which of the stages that there are."""

    stage = forms.ChoiceField(label=_("Stage"), widget=Select)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "stages_%s", **kwargs})
        stage: Any = self.fields["stage"]
        stage.widget.attrs["class"] = "input input-small"
        stage.choices = [(one, stage_name(one)) for one in choices_for(by).get("stage", [])]


class ContactsForm(forms.Form):
    """What is done to contacts: a survey to ask them, a role or a consent to have."""

    survey = forms.ModelChoiceField(Survey.objects.none(), label=_("Survey"), to_field_name="uid", required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices, required=False, widget=Select)
    consent = forms.ChoiceField(label=_("Consent"), choices=Contact.Consent.choices, required=False, widget=Select)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "contacts_%s", **kwargs})
        surveys: Any = self.fields["survey"]
        surveys.queryset = Survey.objects.filter(state=Survey.State.LIVE)
        surveys.widget = Select(choices=names_live())
        for field in self.fields.values():
            field.widget.attrs["class"] = "input input-small"

    @property
    def has_survey(self) -> bool:
        surveys: Any = self.fields["survey"]
        return bool(surveys.widget.choices)


def names_live() -> list[tuple[str, str]]:
    """The uids and names of the surveys that ask, a minute old at most."""
    live = Survey.objects.filter(state=Survey.State.LIVE).order_by("name", "pk")
    rows = cache.get_or_set("desk.surveys", lambda: list(live.values_list("uid", "name")), NAMES_LAST) or []
    return [(f"{uid}", name) for uid, name in rows]


class PlayForm(forms.Form):
    """Which playbook is started: one of those at work."""

    playbook = forms.ModelChoiceField(
        Playbook.objects.none(), label=_("Playbook"), to_field_name="uid", empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books: Any = self.fields["playbook"]
        books.queryset = at_work()
        books.widget = Select(choices=[(uid, gettext(name)) for uid, name in names_at_work()])

    @property
    def has_any(self) -> bool:
        books: Any = self.fields["playbook"]
        return bool(books.widget.choices)


def names_at_work() -> list[tuple[str, str]]:
    """The uids and names of the playbooks at work, a minute old at most."""
    rows = cache.get_or_set("desk.plays", lambda: list(at_work().values_list("uid", "name")), NAMES_LAST) or []
    return [(f"{uid}", name) for uid, name in rows]


class HandOverForm(BulkReassignForm):
    """What somebody has to do goes to somebody else: while they are away, or with the customers themselves."""

    what = forms.ChoiceField(
        label=_("What"),
        choices=[("tasks", _("The open tasks: while they are away")), ("book", _("The customers, with their tasks"))],
        widget=forms.RadioSelect,
        initial="tasks",
    )

    def __init__(self, *args: Any, of: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["to"]
        people.queryset = people.queryset.exclude(pk=of.pk)
        people.widget.choices = [choice for choice in people.widget.choices if choice[0] != str(of.uid)]
