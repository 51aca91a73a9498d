import pytest

from core.domain import events
from core.models import Event


@pytest.mark.django_db
def test_thousands_are_kept_as_they_are():
    told = [{"n": n, "words": 'tab\t, line\n, "quotes", \\back\\slash, ünicode 漢'} for n in range(events.MANY + 1)]
    events.append(type="core.tested.v1", payloads=told)
    kept = Event.objects.filter(type="core.tested.v1").order_by("pk")
    assert [one.payload for one in kept] == told
    assert kept[0].uid.version == 7


@pytest.mark.django_db
def test_of_nothing_nobody_is_told(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as woken:
        assert events.append(type="test.happened.v1", payloads=[]) == []
    assert not Event.objects.exists() and woken == []
