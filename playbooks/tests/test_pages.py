"""The pages: who may read and write, what the builder keeps, what a run shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import Cast, make_cast
from core import clock
from customers.rules import users_of_filter
from customers.tests.factories import ContactFactory, CustomerFactory, SavedFilterFactory
from playbooks.domain.book import dry_run
from playbooks.domain.run import engine
from playbooks.domain.run.starting import Wanted, start
from playbooks.forms import builder as forms
from playbooks.models import Letter, Playbook, Run
from playbooks.queries import books
from playbooks.tests.factories import TASK, PlaybookFactory, at_work
from tests.support.forms import fields_of, post_of

LOW = {"key": "measure.score", "op": "<", "value": 40}

pytestmark = pytest.mark.django_db
Sign = Callable[[User], Client]
MAIL = {"kind": "mail", "to": "champion", "subject": "Hello", "body": "Dear {contact}"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def as_user(client: Client) -> Sign:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def running(cast: Cast, *steps: dict[str, Any]) -> Run:
    customer = CustomerFactory(owner=cast.owner, team=cast.team)
    ContactFactory(customer=customer, role="champion", email="ana@x.example")
    wanted = [Wanted(customer=customer.pk, occasion="hand")]
    (run,) = start(playbook=at_work(*steps), wanted=wanted, day=clock.today(), at=clock.now())
    engine.advance()
    run.refresh_from_db()
    return run


def test_leads_read_csms_do_not(cast: Cast, as_user: Sign) -> None:
    book = at_work(TASK)
    for address in (reverse("playbooks:playbooks"), book.get_absolute_url()):
        assert as_user(cast.owner).get(address).status_code == 403
        assert as_user(cast.lead).get(address).status_code == 200


def test_only_administrators_write(cast: Cast, as_user: Sign) -> None:
    book = at_work(TASK)
    version = book.active
    assert version
    addresses = [reverse("playbooks:create"), reverse("playbooks:edit", args=[book.uid])]
    addresses += [reverse(f"playbooks:{name}", args=[book.uid]) for name in ("publish", "deactivate")]
    addresses += [reverse(f"playbooks:{name}", args=[version.uid]) for name in ("look", "activate")]
    for user in (cast.owner, cast.lead, cast.analyst):
        for address in addresses:
            assert as_user(user).post(address).status_code == 403, (user, address)


def test_from_a_name_to_work(cast: Cast, as_user: Sign) -> None:
    client = as_user(cast.administrator)
    client.post(reverse("playbooks:create"), {"name": "Our own"})
    book = Playbook.objects.get(name="Our own")
    edit = reverse("playbooks:edit", args=[book.uid])
    posted = {"name": "Our own", "version": book.version, "trigger.kind": "hand", "steps": "0", "again.mode": "never"}
    posted |= {"owner.role": "owner", "lane": "risk", "act": "add:task"}
    client.post(edit, posted)
    posted |= {"version": "2", "steps": "1", "0.kind": "task", "0.title": "Call them", "0.due": "2", "0.unit": "days"}
    client.post(edit, posted | {"act": "save"})
    client.post(reverse("playbooks:publish", args=[book.uid]))
    version = book.versions.get()
    assert version.content["steps"] == [{"kind": "task", "title": "Call them", "due": 2, "unit": "days"}]

    client.post(reverse("playbooks:activate", args=[version.uid]))
    assert not Playbook.objects.get(pk=book.pk).is_active  # not before its dry run is there
    found = dry_run.compute(version.dry_runs.get().pk)
    assert client.get(reverse("playbooks:dry-run", args=[found.uid])).status_code == 200
    client.post(reverse("playbooks:activate", args=[version.uid]))
    assert Playbook.objects.get(pk=book.pk).is_active


@pytest.mark.parametrize(
    ("event", "field", "key", "value"),
    [
        ("answer", "class", "class", "detractor"),
        ("signal", "signal", "rule", "fell"),
        ("movement", "moved", "kind", "contraction"),
        ("band", "band", "after", "risk"),
        ("contact", "role", "role", "champion"),
    ],
)
def test_the_builder_asks_of_an_event_what_it_can_tell(event: str, field: str, key: str, value: str) -> None:
    others = {"trigger.class": "promoter", "trigger.moved": "churn"}
    posted = {"trigger.kind": "event", "trigger.event": event, "steps": "0", **others, f"trigger.{field}": value}
    trigger = forms.draft_of(posted)["trigger"]
    left = [{"key": "left_on", "value": True}] if event == "contact" else []
    assert trigger == {"kind": "event", "event": event, "where": [{"key": key, "value": value}, *left]}
    assert forms.chosen(trigger)[field] == value


def test_what_an_event_is_asked_is_told_and_shown(cast: Cast, as_user: Sign) -> None:
    trigger = {"kind": "event", "event": "signal", "where": [{"key": "rule", "value": "fell"}]}
    assert "The score fell by 15 in 30 days" in books.trigger_in_words({"trigger": trigger})
    book = Playbook.objects.create(key="asks", name="Asks", draft={"trigger": trigger, "steps": []})
    page = as_user(cast.administrator).get(reverse("playbooks:edit", args=[book.uid])).content.decode()
    assert '<option value="fell" selected' in page
    assert "Answers only" not in page


def test_the_builder_keeps_every_kind_of_step_as_it_is(cast: Cast, as_user: Sign) -> None:
    for book in Playbook.objects.all():
        fields = [("trigger.", forms.TRIGGERS[book.draft["trigger"]["kind"]][1], book.draft["trigger"])]
        fields += [(f"{n}.", forms.STEPS[one["kind"]][1], one) for n, one in enumerate(book.draft["steps"])]
        posted = {"trigger.kind": book.draft["trigger"]["kind"], "steps": str(len(book.draft["steps"]))}
        posted |= {f"{n}.kind": one["kind"] for n, one in enumerate(book.draft["steps"])}
        for prefix, of, data in fields:
            for one in forms.shown(of, data, prefix):
                posted[one.name] = "1" if one.value is True else "" if one.value is False else str(one.value)
                posted |= fields_of(one.drawn)
        kept = forms.draft_of(post_of(posted))["steps"]
        for before, after in zip(book.draft["steps"], kept, strict=True):
            assert {key: value for key, value in before.items() if value != ""} == after, book.key
        assert as_user(cast.administrator).get(reverse("playbooks:edit", args=[book.uid])).status_code == 200


def test_steps_move_and_go() -> None:
    steps = [{"kind": "task"}, {"kind": "mail"}]
    assert [one["kind"] for one in forms.changed(steps, "up:1")] == ["mail", "task"]
    assert [one["kind"] for one in forms.changed(steps, "down:0")] == ["mail", "task"]
    assert forms.changed(steps, "up:0") == forms.changed(steps, "down:9") == steps
    assert forms.changed(steps, "remove:0") == [{"kind": "mail"}]
    assert [one["kind"] for one in forms.changed([], "add:branch")] == ["branch", "otherwise", "end"]


def test_what_is_wrong_is_shown_and_not_published(cast: Cast, as_user: Sign) -> None:
    book = PlaybookFactory(draft={"trigger": {"kind": "hand"}, "steps": [{"kind": "end"}]})
    client = as_user(cast.administrator)

    client.post(reverse("playbooks:publish", args=[book.uid]))

    assert not book.versions.exists()
    assert "This end belongs to no branch." in client.get(book.get_absolute_url()).content.decode()


def test_a_run_is_seen_and_moved_by_its_team_only(cast: Cast, as_user: Sign) -> None:
    run = running(cast, TASK, {"kind": "wait", "for": "days", "days": 9})
    page, act = reverse("playbooks:run", args=[run.uid]), reverse("playbooks:act", args=[run.uid])

    assert as_user(cast.stranger).get(page).status_code == 404
    assert as_user(cast.stranger).post(act, {"act": "stop"}).status_code == 404
    assert as_user(cast.analyst).post(act, {"act": "stop"}).status_code == 403
    assert "Call" in as_user(cast.owner).get(page).content.decode()
    for what, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        as_user(cast.owner).post(act, {"act": what})
        assert Run.objects.get().state == state


def test_a_draft_is_read_changed_and_sent(cast: Cast, as_user: Sign) -> None:
    running(cast, MAIL)
    letter = Letter.objects.get()
    assert letter.work_item
    address = reverse("playbooks:letter", args=[letter.uid])
    assert as_user(cast.stranger).get(address).status_code == 404
    assert as_user(cast.analyst).post(address).status_code == 403
    client = as_user(cast.owner)
    assert client.get(reverse("playbooks:letter-of-task", args=[letter.work_item.uid])).headers["Location"] == address
    assert client.get(address).status_code == 200

    client.post(address, {"act": "send", "subject": "Hello", "body": "Changed"})

    assert Letter.objects.get().state == "approved"
    assert client.get(address).status_code == 200


def test_the_list_takes_as_many_statements_with_three_as_with_one(cast: Cast, as_user: Sign) -> None:
    client, counts = as_user(cast.lead), []
    for count in (1, 2):
        for _ in range(count):
            at_work(TASK)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("playbooks:playbooks"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_conditions_are_chosen_row_by_row_and_a_saved_filter_by_its_name(cast: Cast, as_user: Sign) -> None:
    saved = SavedFilterFactory(name="Ours", rule={"all": [LOW]}, team=cast.team)
    trigger = {"kind": "filter", "when": "entered", "rule": {"all": [{"filter": str(saved.uid)}]}}
    book = PlaybookFactory(draft={"trigger": trigger, "steps": [TASK]})
    client, edit = as_user(cast.administrator), reverse("playbooks:edit", args=[book.uid])
    page = client.get(edit)
    assert "Ours" in page.content.decode()

    client.post(edit, fields_of(page) | {"trigger.rule:act": "add:", "act": ""})
    book.refresh_from_db()
    assert book.draft["trigger"]["rule"] == {"all": [{"filter": str(saved.uid)}, {"key": "", "op": ""}]}
    client.post(edit, fields_of(client.get(edit)) | {"trigger.rule:act": "remove:1"})
    client.post(reverse("playbooks:publish", args=[book.uid]))

    assert book.versions.get().content["trigger"]["rule"] == {"all": [{"all": [LOW]}]}
    assert users_of_filter(saved) == [book.name]


def test_the_second_editor_keeps_what_they_wrote_and_sees_what_differs(cast: Cast, as_user: Sign) -> None:
    book = PlaybookFactory()
    client, address = as_user(cast.administrator), reverse("playbooks:edit", args=[book.uid])
    posted = {"name": "Theirs", "version": book.version, "trigger.kind": "hand", "steps": "1", "again.mode": "never"}
    posted |= {"0.kind": "task", "0.title": "Call them", "0.due": "2", "0.unit": "days"}
    client.post(address, posted)

    mine = posted | {"name": "Mine", "0.title": "Write to them"}
    answer = client.post(address, mine)

    assert (answer.status_code, Playbook.objects.get(pk=book.pk).name) == (409, "Theirs")
    shown = answer.content.decode()
    assert "Theirs differs in: the name, step 1." in shown
    assert 'value="Mine"' in shown and 'value="Write to them"' in shown
    client.post(address, mine | {"version": answer.context["book"].version})
    assert Playbook.objects.get(pk=book.pk).name == "Mine"


def test_a_step_asks_only_for_what_its_choices_need() -> None:
    def places(kind: str, **data: Any) -> list[str]:
        return [one.field.at for one in forms.shown(forms.STEPS[kind][1], data, "0.")]

    assert places("wait") == ["for", "days"]
    assert places("wait", **{"for": "until"}) == ["for", "key", "days"]
    assert places("notify", how="hook") == ["how", "words", "url"]
    assert places("notify", owner={"role": "named"}) == ["how", "owner.role", "owner.user", "words"]
    assert places("branch", on="outcome") == ["on", "outcome"]
