"""The playbooks that come with it can be used as they are."""

import pytest
from django.apps import apps

from accounts.tests.factories import UserFactory
from core import clock
from customers.rules import describe, parse
from playbooks.domain.book import dry_run, publishing
from playbooks.domain.book.content import read
from playbooks.models import Playbook

KEYS = {
    *("onboarding", "onboarding-stalled", "adoption-drop", "detractor-answer", "renewal", "failed-payment"),
    *("champion-left-playbook", "expansion", "win-back", "anniversary"),
}


@pytest.fixture
def library(db: None) -> None:
    """As the migration leaves it, whatever other tests did."""
    from importlib import import_module

    import_module("playbooks.migrations.0003_library").install(apps, None)


def test_they_are_there_and_at_rest(library: None) -> None:
    found = Playbook.objects.filter(key__in=KEYS)
    assert {one.key for one in found} == KEYS
    assert not any(one.is_active or one.versions.exists() for one in found)
    assert all(len(one.purpose) > 100 for one in found)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_each_can_be_published_looked_at_dry_and_put_to_work(library: None, key: str) -> None:
    playbook, at = Playbook.objects.get(key=key), clock.now()
    version = publishing.publish(playbook=playbook, by=None, at=at)
    found = dry_run.compute(dry_run.ask(of=version, by=None, at=at, days=3).pk)
    assert found.found["missing"] == ""
    assert publishing.activate(of=version, by=UserFactory(), at=at).is_active
    assert describe(parse(read(version.content).audience))
