"""What is refused at publishing, each with its step named."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Role
from accounts.tests.factories import UserFactory
from core.errors import Stale
from playbooks.domain.book import publishing
from playbooks.domain.book.checking import faults
from playbooks.domain.book.content import Step, depths, following, read
from playbooks.models import Playbook
from playbooks.tests.factories import NOW, TASK, PlaybookFactory

pytestmark = pytest.mark.django_db
MAIL = {"kind": "mail", "to": "champion", "subject": "Hello {first_name}", "body": "Dear {contact}"}
ASK = {"kind": "branch", "rule": {"all": [{"key": "measure.score", "op": "<", "value": 40}]}}
END, OTHERWISE = {"kind": "end"}, {"kind": "otherwise"}


def said(*steps: dict[str, Any], **content: Any) -> list[str]:
    draft = {"trigger": {"kind": "hand"}, "steps": list(steps), **content}
    return [str(fault) for fault in faults(read(draft), PlaybookFactory(draft=draft))]


def test_a_good_one_has_no_fault() -> None:
    wait = {"kind": "wait", "for": "until", "key": "measure.renewal_on", "days": -30}
    assert said(TASK, MAIL, wait, ASK, TASK, OTHERWISE, MAIL, END) == []


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ([TASK, ASK, TASK], "Step 2: The branch has no end."),
        ([TASK, END], "Step 2: This end belongs to no branch."),
        ([ASK, OTHERWISE, OTHERWISE, END], "Step 3: This “otherwise” belongs to no branch."),
        ([{**MAIL, "body": "Dear {boss}"}], "Step 1: There is no placeholder {boss}."),
        ([{**TASK, "title": "Call {first_name}"}], "Step 1: A task is about the customer: it knows no {first_name}."),
        ([TASK, {"kind": "set", "key": "gone"}], "Step 2: There is no attribute “gone” that it could set."),
        ([{**TASK, "reasons": ["gone"]}], "Step 1: There is no measure “gone”."),
        ([{**ASK, "rule": {"all": [{"key": "measure.gone", "op": "<", "value": 1}]}}, END],
         "Step 1: Condition: all[0]: There is no attribute or measure “measure.gone”."),
        ([{"kind": "wait", "for": "days", "days": 0}], "Step 1: Say how many days it waits, from 1 to 730."),
        ([{"kind": "wait", "for": "until", "key": "measure.score"}], "Step 1: There is no date “measure.score”."),
        ([{"kind": "survey", "to": "champion", "survey": 9}], "Step 1: Choose a survey."),
        ([{"kind": "notify", "how": "hook", "url": "http://x.example"}],
         "Step 1: Give the address of the web hook: it begins with https://."),
        ([{"kind": "start", "playbook": "gone"}], "Step 1: Choose the playbook to start."),
        ([{"kind": "dance"}], "Step 1: There is no such kind of step."),
        ([], "Add a step: there is nothing to do yet."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_step(steps: list[dict[str, Any]], fault: str) -> None:
    assert fault in said(*steps)


def test_an_owner_who_has_left_or_only_reads_is_refused() -> None:
    gone, reader = UserFactory(name="Ana Ruiz", is_active=False), UserFactory(name="Bo", role=Role.ANALYST)
    named = [{**TASK, "owner": {"role": "named", "user": str(user.uid)}} for user in (gone, reader)]

    assert said(*named) == [
        "Step 1: Ana Ruiz has left: choose somebody else.",
        "Step 2: Bo only reads: choose somebody else.",
    ]


def test_a_playbook_that_starts_itself_is_refused_also_through_others() -> None:
    one, other = PlaybookFactory(key="one"), PlaybookFactory(key="other")
    Playbook.objects.filter(pk=other.pk).update(draft={"steps": [{"kind": "start", "playbook": "one"}]})
    circle = "The playbook would start itself, again and again."

    for key in ("one", "other"):
        content = read({"trigger": {"kind": "hand"}, "steps": [TASK, {"kind": "start", "playbook": key}]})
        assert [(fault.step, fault.message) for fault in faults(content, one)] == [(2, circle)]


@pytest.mark.parametrize(
    "trigger",
    [
        {"kind": "filter", "rule": {"all": []}},
        {"kind": "event", "event": "rain"},
        {"kind": "event", "event": "answer", "where": [{"key": "colour", "value": "red"}]},
        {"kind": "date", "key": "measure.notice_on", "days": -1},
        {"kind": "schedule", "every": "month", "on": 31},
        {"kind": "nothing"},
    ],
)
def test_a_trigger_that_says_nothing_is_refused(trigger: dict[str, Any]) -> None:
    assert said(TASK, trigger=trigger)


def test_nothing_is_published_with_a_fault() -> None:
    playbook = PlaybookFactory(draft={"steps": [END]})
    with pytest.raises(publishing.NotReady):
        publishing.publish(playbook=playbook, by=None, at=NOW)
    assert not playbook.versions.exists()


def test_a_version_never_changes_and_the_same_draft_makes_no_second() -> None:
    playbook = PlaybookFactory()
    first = publishing.publish(playbook=playbook, by=None, at=NOW)
    assert publishing.publish(playbook=playbook, by=None, at=NOW) == first
    playbook.draft = {**playbook.draft, "steps": [TASK, TASK]}
    playbook.save()
    assert publishing.publish(playbook=playbook, by=None, at=NOW).number == 2
    assert len(playbook.versions.get(number=1).content["steps"]) == 1


def test_two_who_write_at_once_do_not_overwrite_each_other() -> None:
    playbook, by = PlaybookFactory(), UserFactory()
    values = {"name": "A", "purpose": "", "draft": {}, "by": by, "at": NOW}
    publishing.save(playbook=playbook, version=1, **values)
    with pytest.raises(Stale):
        publishing.save(playbook=playbook, version=1, **values)


def test_a_playbook_needs_a_name() -> None:
    with pytest.raises(ValidationError):
        publishing.create(name=" ", by=UserFactory(), at=NOW)


def test_the_way_through_branches() -> None:
    steps = [Step(kind, {}) for kind in ("branch", "task", "branch", "mail", "end", "otherwise", "set", "end", "wait")]
    assert [following(steps, 0, True), following(steps, 0, False)] == [1, 6]
    assert [following(steps, 2, True), following(steps, 2, False)] == [3, 8]
    assert [following(steps, 3), following(steps, 6), following(steps, 8)] == [8, 8, 9]
    assert depths(steps) == [0, 1, 1, 2, 1, 0, 1, 0, 0]
