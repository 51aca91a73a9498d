from datetime import UTC, date, datetime

import pytest

from core.models import Event
from health.domain.parse import DefinitionError
from health.domain.versions import in_force, publish
from health.models import Scorecard, ScorecardVersion
from health.tests.factories import ScorecardFactory, ScorecardVersionFactory, definition

AT = datetime(2026, 3, 20, 15, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_ours() -> None:
    # The product starts with a scorecard; publish onto it instead of beside it.
    Scorecard.objects.update(position=9)


def ours(day: date, scorecard: Scorecard) -> tuple[int, bool]:
    """The number of our version in force as of a day, and whether it stands in for an earlier one."""
    found = next(one for one in in_force(day) if one.version.scorecard == scorecard)
    return found.version.number, found.early


def test_publishing_makes_the_next_version_for_scores_as_of_tomorrow() -> None:
    scorecard = ScorecardVersionFactory().scorecard
    version = publish(scorecard=scorecard, definition=definition(), at=AT)
    assert (version.number, version.in_force_from) == (2, date(2026, 3, 21))
    assert ours(date(2026, 3, 20), scorecard) == (1, False)
    assert ours(date(2026, 3, 21), scorecard) == (2, False)


def test_before_the_first_version_the_first_stands_in_and_is_marked() -> None:
    scorecard = ScorecardFactory()
    publish(scorecard=scorecard, definition=definition(), at=AT)
    publish(scorecard=scorecard, definition=definition(), at=AT.replace(day=22))
    assert ours(date(2025, 1, 1), scorecard) == (1, True)


def test_of_two_on_one_day_the_later_counts() -> None:
    scorecard = ScorecardFactory()
    for _ in range(2):
        publish(scorecard=scorecard, definition=definition(), at=AT)
    assert ours(date(2026, 4, 1), scorecard) == (2, False)


def test_a_wrong_definition_is_not_published() -> None:
    scorecard = ScorecardFactory()
    with pytest.raises(DefinitionError, match="groups"):
        publish(scorecard=scorecard, definition=definition(groups=[]), at=AT)
    assert not ScorecardVersion.objects.filter(scorecard=scorecard).exists()


def test_publishing_tells_of_itself() -> None:
    version = publish(scorecard=ScorecardFactory(key="mine"), definition=definition(), at=AT)
    event = Event.objects.get(type="health.scorecard_published.v1")
    assert event.payload == {"scorecard": "mine", "version": version.pk, "number": 1}


def test_scorecards_come_in_their_order() -> None:
    last, first = (ScorecardVersionFactory(scorecard__position=n).scorecard for n in (5, 1))
    assert [one.version.scorecard for one in in_force(date(2026, 1, 1))][:2] == [first, last]
