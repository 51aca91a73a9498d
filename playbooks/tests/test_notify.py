import pytest

from accounts.models import Notice
from accounts.tests.factories import UserFactory
from core import clock
from core.models import Mail
from customers.tests.factories import CustomerFactory
from playbooks.domain.run import engine
from playbooks.domain.run.starting import Wanted, start
from playbooks.tests.factories import at_work

pytestmark = pytest.mark.django_db


def test_one_of_ours_is_told_by_a_notice_in_the_playbooks_words() -> None:
    customer = CustomerFactory(owner=UserFactory())
    playbook = at_work(
        {"kind": "notify", "how": "mail", "owner": {"role": "owner"}, "words": "Look at {customer} today"}
    )
    start(playbook=playbook, wanted=[Wanted(customer=customer.pk, occasion="hand")], day=clock.today(), at=clock.now())

    engine.advance()

    notice = Notice.objects.get(kind="playbook_says", user=customer.owner)
    assert (notice.values["words"], notice.in_digest) == (f"Look at {customer} today", True)
    assert not Mail.objects.exists()
