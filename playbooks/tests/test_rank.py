from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Band
from customers.tests.factories import CustomerFactory, StandingFactory
from playbooks.models import Lane, WorkItem
from playbooks.queries.rank import parts, rank, ranked
from playbooks.tests.factories import TODAY, WorkItemFactory


def test_the_formula_with_numbers() -> None:
    # 4,800 × 24 % × 1 ÷ (1 + 30 ÷ 30) × 0.3 = 172.80
    one = rank(Decimal(4800), 0.24, 30)

    assert one.nearness == 0.5
    assert one.value == pytest.approx(172.8)


def test_what_is_late_is_as_near_as_today() -> None:
    assert rank(Decimal(1000), 0.1, -5).nearness == rank(Decimal(1000), 0.1, 0).nearness == 1


def standing(**values: object) -> WorkItem:
    values = {"mrr": 1000, "churn_chance": Decimal("0.1")} | values
    return WorkItemFactory(customer=StandingFactory(**values).customer, due_on=TODAY + timedelta(60))


@pytest.mark.django_db
class TestInSql:
    def read(self) -> list[WorkItem]:
        return list(ranked(WorkItem.objects.all(), today=TODAY))

    @pytest.mark.parametrize("days", [-3, 0, 13, 60])
    def test_it_is_the_formula(self, days: int) -> None:
        standing(mrr=4800, churn_chance=Decimal("0.24"), notice_on=TODAY + timedelta(days))

        (item,) = self.read()

        assert item.rank == pytest.approx(parts(item, today=TODAY).value)
        assert item.rank == pytest.approx(4800 * 0.24 * 0.3 / (1 + max(0, days) / 30))

    def test_the_nearer_of_due_and_notice_counts(self) -> None:
        standing(notice_on=TODAY + timedelta(90))

        assert parts(self.read()[0], today=TODAY).days == 60

    def test_without_a_last_day_of_notice_the_due_date_counts(self) -> None:
        standing(notice_on=None)

        assert parts(self.read()[0], today=TODAY).days == 60

    @pytest.mark.parametrize(("band", "chance"), [("risk", 0.25), ("watch", 0.08), ("good", 0.02), ("unknown", 0.08)])
    def test_without_a_chance_of_its_own_the_band_has_one(self, band: Band, chance: float) -> None:
        standing(band=band, churn_chance=None)

        assert parts(self.read()[0], today=TODAY).chance == chance

    def test_lanes_come_before_rank(self) -> None:
        big, small = standing(mrr=9000), standing(mrr=10)
        WorkItem.objects.filter(pk=small.pk).update(lane=Lane.PROMISED)
        growth = standing(mrr=20000)
        WorkItem.objects.filter(pk=growth.pk).update(lane=Lane.GROWTH)

        assert self.read() == [small, big, growth]

    def test_a_customer_without_standing_comes_last(self) -> None:
        bare = WorkItemFactory(customer=CustomerFactory(), due_on=date(2025, 6, 2))
        first = standing(mrr=1)

        assert self.read() == [first, bare]
        assert self.read()[1].rank == parts(bare, today=TODAY).value == 0
