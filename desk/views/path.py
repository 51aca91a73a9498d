"""A customer's way with us: hand-off, implementation, success plan, and the plan as a page to print."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import who
from core import clock
from core.charts import Mark, Series, line
from customers.access import customer_or_404
from customers.domain import goals as goal_writes
from customers.domain import path
from customers.domain.goals import NewGoal
from customers.domain.path import File, NewRecord
from customers.models import Customer, Document, Goal, StageReached
from customers.queries import path as reads
from desk.acting import Read, acted
from desk.guards import writes
from desk.path_forms import GoalForm, GoalValueForm, HandOffForm, ReachForm, RecordForm


def _page(request: HttpRequest, found: Customer, here: str, **more: Any) -> HttpResponse:
    context = {"customer": found, "here": here, "today": clock.today(), "may_write": who(request).may_write, **more}
    return render(request, f"desk/path/{here}.html", context)


@require_safe
def hand_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What sales told of the customer, and what is still missing."""
    found = customer_or_404(request, uid)
    read = reads.handed_off(found)
    return _hand_off(request, found, HandOffForm(customer=found, last=read.row), read)


@writes
def save_hand_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    read_before = reads.handed_off(found)
    form = HandOffForm(request.POST, customer=found, last=read_before.row)

    def act(read: Read) -> str:
        words = {name: read[name] for name in path.WORDS}
        path.hand_off(customer=found, words=words, industry=read["industry"], employees=read["employees"],
                      by=who(request), at=clock.now())  # fmt: skip
        return _("The hand-off is saved.")

    if acted(request, form, act):
        return redirect("desk:hand-off", found.uid)
    return _hand_off(request, found, form, read_before, HTTPStatus.UNPROCESSABLE_ENTITY)


def _hand_off(
    request: HttpRequest, found: Customer, form: HandOffForm, read: reads.HandedOff, status: int = HTTPStatus.OK
) -> HttpResponse:
    title = _("Hand-off of %(customer)s") % {"customer": found}
    shown = _page(request, found, "hand_off", title=title, hand_off=read, form=form)
    shown.status_code = status
    return shown


@writes
def take_over(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)

    def act(_read: Read) -> str:
        path.take_over(customer=found, by=who(request), at=clock.now())
        return _("%(customer)s is taken over.") % {"customer": found}

    return _acted(request, found, "desk:hand-off", Form({}), act)


@require_safe
def implementation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The stages, what was recorded of each, and what should be so before it is left."""
    found, today = customer_or_404(request, uid), clock.today()
    return _page(
        request,
        found,
        "implementation",
        title=_("Implementation of %(customer)s") % {"customer": found},
        stages=reads.stages(found),
        record=RecordForm(customer=found),
        reach=ReachForm(today=today, auto_id=False),
    )


@writes
def reach(request: HttpRequest, uid: UUID, stage: str) -> HttpResponse:
    """A stage was reached on a day; with ``not=1`` it was not after all."""
    found = customer_or_404(request, uid)
    reached = not request.POST.get("not")
    form = ReachForm(request.POST, today=clock.today()) if reached else Form({})

    def act(read: Read) -> str:
        on = read.get("on") or clock.today()
        path.reach(customer=found, stage=stage, on=on, reached=reached, by=who(request), at=clock.now())
        label = dict(StageReached.Stage.choices)[StageReached.Stage(stage)]
        return (_("Reached: %(stage)s.") if reached else _("Not reached after all: %(stage)s.")) % {"stage": label}

    return _acted(request, found, "desk:implementation", form, act)


@writes
def add_record(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    form = RecordForm(request.POST, request.FILES, customer=found)

    def act(read: Read) -> str:
        files = [File(name=one.name, content=one.read()) for one in read["uploads"] if one.size <= path.LARGEST + 1]
        if len(files) < len(read["uploads"]):
            raise ValidationError(_("A file has at most %(size)s MB.") % {"size": path.LARGEST // 2**20})
        new = NewRecord(stage=read["stage"], words=read["words"], trained=list(read["trained"]),
                        satisfaction=read["satisfaction"], files=files)  # fmt: skip
        path.record(customer=found, new=new, by=who(request), at=clock.now())
        return _("It is on record.")

    return _acted(request, found, "desk:implementation", form, act)


@require_safe
def document(request: HttpRequest, uid: UUID, document: UUID) -> HttpResponse:
    """A file of a stage. Never shown in place: what it holds came from outside."""
    found = customer_or_404(request, uid)
    kept = get_object_or_404(Document, uid=document, record__customer=found)
    response = HttpResponse(bytes(kept.content), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The goals: where they began, where they stand, where they shall be."""
    found, today = customer_or_404(request, uid), clock.today()
    return _page(
        request,
        found,
        "plan",
        title=_("Success plan of %(customer)s") % {"customer": found},
        goals=[(one, _chart(one)) for one in reads.goals(found)],
        form=GoalForm(today=today, user=who(request)),
        move=GoalValueForm(today=today, auto_id=False),
    )


@require_safe
def plan_to_print(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The before and after to show the customer: nothing of what we say among ourselves."""
    found = customer_or_404(request, uid)
    goals = reads.goals(found)
    context = {
        "customer": found,
        "title": _("Success plan: %(customer)s") % {"customer": found},
        "goals": goals,
        "reached": sum(one.is_reached for one in goals),
        "stages": reads.stages(found),
        "today": clock.today(),
    }
    return render(request, "desk/path/print.html", context)


@writes
def add_goal(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    form = GoalForm(request.POST, today=clock.today(), user=who(request))

    def act(read: Read) -> str:
        goal_writes.add(customer=found, new=NewGoal(**read), by=who(request), at=clock.now())
        return _("The goal is set.")

    return _acted(request, found, "desk:plan", form, act)


@writes
def move_goal(request: HttpRequest, uid: UUID, goal: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    kept = get_object_or_404(Goal, uid=goal, customer=found)
    form = GoalValueForm(request.POST, today=clock.today())

    def act(read: Read) -> str:
        goal_writes.move(goal=kept, value=read["value"], on=read["on"], by=who(request), at=clock.now())
        return _("The goal stands where you say.")

    return _acted(request, found, "desk:plan", form, act)


@writes
def drop_goal(request: HttpRequest, uid: UUID, goal: UUID) -> HttpResponse:
    found = customer_or_404(request, uid)
    kept = get_object_or_404(Goal, uid=goal, customer=found)

    def act(_read: Read) -> str:
        goal_writes.drop(goal=kept, by=who(request), at=clock.now())
        return _("It is no goal any more.")

    return _acted(request, found, "desk:plan", Form({}), act)


def _acted(request: HttpRequest, found: Customer, back: str, form: Form, act: Callable[[Read], str]) -> HttpResponse:
    acted(request, form, act)
    return redirect(back, found.uid)


def _chart(one: reads.GoalOf) -> Any:
    """The way of a goal with more than its beginning."""
    if len(one.history) < 2:
        return None
    marks = [Mark(label=f"{day:%-d %b}", value=float(value)) for day, value in one.history]
    aim = [Mark(label=mark.label, value=float(one.goal.target)) for mark in marks]
    series = [Series(_("Value"), marks), Series(_("Target"), aim, tone="accent-2")]
    return line(series, title=one.goal.words.body, height=120)
