"""Which arm and variant a customer is drawn for."""

from collections import Counter

import pytest

from core import clock
from customers.tests.factories import CustomerFactory
from playbooks.domain.book.checking import faults
from playbooks.domain.book.content import read
from playbooks.domain.run import engine
from playbooks.domain.run.starting import Wanted, draw, draw_variant, start
from playbooks.models import Run, RunStep, WorkItem
from playbooks.tests.factories import TASK, PlaybookFactory, at_work

STEPS = [
    {"kind": "branch", "on": "variant", "variant": "A"},
    {**TASK, "title": "Call"},
    {"kind": "otherwise"},
    {**TASK, "title": "Write"},
    {"kind": "end"},
]


def test_the_draw_is_even_and_does_not_depend_on_the_arm():
    drawn = Counter((draw("x", pk, 0.5), draw_variant("x", pk, ["A", "B"])) for pk in range(4000))
    assert all(900 < count < 1100 for count in drawn.values()) and len(drawn) == 4
    assert draw_variant("x", 7, ["A", "B"]) == draw_variant("x", 7, ["A", "B"])
    assert draw_variant("x", 7, []) == ""
    other = [draw_variant("y", pk, ["A", "B"]) for pk in range(100)]
    assert other != [draw_variant("x", pk, ["A", "B"]) for pk in range(100)]


@pytest.mark.django_db
def test_it_is_drawn_before_the_first_step_and_a_branch_asks_for_it():
    book = at_work(*STEPS, variants=["A", "B"])
    customers = CustomerFactory.create_batch(12)
    start(
        playbook=book,
        wanted=[Wanted(customer=one.pk, occasion="x") for one in customers],
        day=clock.today(),
        at=clock.now(),
    )
    assert not RunStep.objects.exists()
    drawn = dict(Run.objects.values_list("customer", "variant"))
    assert set(drawn.values()) == {"A", "B"}
    assert set(Run.objects.values_list("experiment", "arm")) == {(book.key, "treated")}

    engine.advance()

    titles = dict(WorkItem.objects.values_list("customer", "title"))
    assert titles == {pk: "Call" if variant == "A" else "Write" for pk, variant in drawn.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(("variants", "wrong"), [(["A", "B"], 0), ([], 1), (["A"], 1), (["B", "C"], 1), (["A", "A"], 1),
                                                 (["A", "b b"], 1)])  # fmt: skip
def test_what_is_refused(variants, wrong):
    content = read({"steps": STEPS, "variants": variants})
    assert len(faults(content, PlaybookFactory())) == wrong
