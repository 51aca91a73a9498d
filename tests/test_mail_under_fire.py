"""Three kills in each run of the tests; sixty in `make faults`."""

import pytest
from django.db import connection

from tests.support.campaign import planned, under_fire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_no_mail_is_lost_or_doubled_while_workers_are_killed(databases, tmp_path):
    planned(60)
    url = databases.url(connection.settings_dict["NAME"])
    found = under_fire(database_url=url, folder=tmp_path, kills=3, every=1.5, ask=False, patience=60)
    assert (found.mails, found.lost, found.doubled) == (60, 0, 0), (tmp_path / "crew.log").read_text()
    assert found.uncertain <= found.killed["worker"]
    assert found.invitations == 60
