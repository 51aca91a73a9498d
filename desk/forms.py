from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team, User
from core.forms import Select
from customers.models import Contact, Customer, Touchpoint
from desk.filters import colleagues, names, teams
from playbooks.models import Lane, WorkItem
from playbooks.queries import queue as queues
from playbooks.queries.workers import workers

DUE = [("", _("due any day")), ("0", _("due today")), ("7", _("due in 7 days")), ("14", _("due in 14 days"))]


# No task is due, and nobody rests, farther away than this.
FARTHEST = timedelta(days=5 * 366)
FIRST_TOUCH = date(1990, 1, 1)
LONGEST_NOTE = 20_000
CHOICES_LAST = 60


def _workers(by: User, customer: Customer) -> QuerySet[User]:
    """Whom ``by`` may give work for ``customer``: of the colleagues they know, those who can do it."""
    return workers(customer).filter(pk__in=colleagues(by).order_by().values("pk"))


def _offer_workers(form: forms.Form, name: str, by: User, customer: Customer) -> None:
    """Take whom ``by`` may give work for ``customer``; offer their names as of a minute ago at most."""
    field: Any = form.fields[name]
    key = f"desk.workers:{by.pk}:{by.role}:{customer.team_id}"
    if form.is_bound:
        field.queryset = _workers(by, customer)
    _offer(field, cache.get_or_set(key, lambda: _names(_workers(by, customer)), CHOICES_LAST) or [])


def _names(people: QuerySet[User]) -> list[tuple[str, str]]:
    return [(f"{uid}", name) for uid, name in people.values_list("uid", "name")]


def _offer(field: Any, choices: Iterable[tuple[Any, str]]) -> None:
    first = [] if field.empty_label is None else [("", field.empty_label)]
    field.widget = Select(choices=[*first, *choices])
    field.widget.is_required = field.required


class QueueForm(forms.Form):
    """Which part of the queue is looked at. What can't be read is left at its default: a queue always answers."""

    who = forms.ChoiceField(label=_("Whose"), required=False, widget=Select)
    lane = forms.ChoiceField(
        label=_("Lane"), required=False, widget=Select, choices=[("", _("all lanes")), *Lane.choices]
    )
    due = forms.TypedChoiceField(
        label=_("Due"), required=False, widget=Select, choices=DUE, coerce=int, empty_value=None
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, widget=Select)
    rest = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.usual = queues.MINE if user.role == Role.CSM else queues.ALL
        self._choices("who", self._people())
        self._choices("kind", [("", _("all kinds")), *_kinds(), (queues.BY_HAND, _("added by hand"))])
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input input-small", "aria-label": field.label}

    @cached_property
    def view(self) -> queues.View:
        self.is_valid()
        read = self.cleaned_data
        return queues.View(
            who=read.get("who") or self.usual,
            lane=read.get("lane", ""),
            due=read.get("due"),
            kind=read.get("kind", ""),
            rest=read.get("rest", False),
        )

    @cached_property
    def address(self) -> str:
        """What of the address says which part is looked at: ``who=all&due=7``."""
        set_ = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return urlencode(set_)

    @property
    def base(self) -> str:
        """The address of this part of the queue, to which ``item=UID`` is added."""
        return f"{reverse('desk:queue')}?{self.address}{'&' if self.address else ''}"

    @property
    def usual_address(self) -> str:
        """The same without what is not for today."""
        return urlencode({name: value for name, value in parse_qsl(self.address) if name != "rest"})

    @property
    def is_narrowed(self) -> bool:
        view = self.view
        return bool(view.lane or view.kind or view.due is not None)

    def _people(self) -> list[tuple[str, Any]]:
        everyone = _("everyone") if self.user.sees_everything else _("my team")
        key = f"desk.colleagues:{self.user.pk}:{self.user.role}"
        people = cache.get_or_set(key, lambda: _working_with(self.user), CHOICES_LAST) or []
        usual = [(queues.MINE, _("mine")), (queues.ALL, everyone)]
        return [*(usual if self.usual == queues.MINE else usual[::-1]), *people]

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


class PaceForm(forms.Form):
    tasks_a_day = forms.IntegerField(label=_("Tasks a day"), min_value=1, max_value=200)


def _working_with(user: User) -> list[tuple[str, str]]:
    """The colleagues of ``user`` who have a queue of their own: uid and name."""
    others = colleagues(user).exclude(pk=user.pk).exclude(role=Role.ANALYST)
    return [(f"{uid}", name) for uid, name in others.values_list("uid", "name")]


def _kinds() -> list[tuple[str, str]]:
    kinds = cache.get_or_set("desk.kinds", queues.kinds, CHOICES_LAST) or []
    return [(key, gettext(title)) for key, title in kinds]


class VersionForm(forms.Form):
    """What every change of a task carries: which state of it was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class TouchFields(forms.Form):
    """A touchpoint, as part of another form: nothing is logged where no kind is chosen."""

    kind = forms.ChoiceField(
        label=_("Log it as"), required=False, choices=[("", _("nothing")), *Touchpoint.Kind.choices]
    )
    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("With"), required=False, empty_label=_("nobody named")
    )
    two_way = forms.BooleanField(label=_("They answered or took part"), required=False)
    note = forms.CharField(
        label=_("What was said"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, customer: Customer, people: Iterable[Contact] | None = None, **kwargs: Any) -> None:
        """``people``: the contacts to offer, where they are known already."""
        super().__init__(*args, **kwargs)
        contact: Any = self.fields["contact"]
        contact.queryset = customer.contacts.filter(left_on=None)
        if people is not None:
            _offer(contact, [(one.pk, f"{one}") for one in people if one.customer_id == customer.pk])


class CompleteForm(TouchFields, VersionForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=WorkItem.Outcome.choices, widget=forms.RadioSelect)
    field_order = ("outcome", "kind", "contact", "two_way", "note", "version")


class SnoozeForm(VersionForm):
    reason = forms.ChoiceField(label=_("Why"), choices=WorkItem.SnoozeReason.choices, widget=forms.RadioSelect)
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=7)
        self.fields["until"].widget.attrs["min"] = f"{today + timedelta(days=1)}"

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return not_too_far(until, self.today)


def not_too_far(day: date, today: date) -> date:
    """The day itself. Raises ValidationError where it is years away."""
    if abs(day - today) > FARTHEST:
        raise forms.ValidationError(_("Choose a day within five years."))
    return day


class ReassignForm(VersionForm):
    to = forms.ModelChoiceField(User.objects.none(), label=_("To"), to_field_name="uid", empty_label=None)

    def __init__(self, *args: Any, by: User, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_workers(self, "to", by, customer)


class UndoForm(ReassignForm):
    to = forms.ModelChoiceField(User.objects.none(), to_field_name="uid", required=False)
    touch = forms.IntegerField(required=False)


class SaveFilterForm(forms.Form):
    """The name under which the filters of the list are kept, and for whom."""

    name = forms.CharField(label=_("Name"), max_length=120)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("For"), required=False, empty_label=_("me alone"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shared: Any = self.fields["team"]
        shared.queryset = teams(user)
        _offer(shared, names("team", user))


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}))


class TouchForm(TouchFields):
    """A touchpoint on its own, now or on an earlier day."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Touchpoint.Kind.choices)
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("kind", "contact", "two_way", "note", "on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["max"] = f"{today}"
        kind: Any = self.fields["kind"]
        kind.choices = Touchpoint.Kind.choices[:3]  # a note has a form of its own

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("Log it when it has happened."))
        if on < FIRST_TOUCH:
            raise forms.ValidationError(_("Choose a day after 1990."))
        return on


class TaskForm(forms.Form):
    words = forms.CharField(label=_("What is to be done"), max_length=400)
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}))
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who"), to_field_name="uid", required=False, empty_label=_("the customer's owner")
    )

    def __init__(self, *args: Any, by: User, customer: Customer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_workers(self, "owner", by, customer)
        self.today = today
        self.fields["due_on"].initial = today + timedelta(days=7)

    def clean_due_on(self) -> date:
        return not_too_far(self.cleaned_data["due_on"], self.today)
