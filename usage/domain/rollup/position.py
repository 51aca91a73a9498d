"""How far the events are counted. They are read in the order (tx, id), below the oldest running transaction, so that
one that commits late is not skipped."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from core import consumers
from usage.models import RollupPosition


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events after one position, up to and with another."""

    after: tuple[int, int]
    upto: tuple[int, int]

    sql = "(tx, id) > (%s, %s) AND (tx, id) <= (%s, %s)"

    @property
    def values(self) -> list[int]:
        return [*self.after, *self.upto]


def held() -> RollupPosition | None:
    """The position, held until the transaction ends; None while another worker holds it."""
    RollupPosition.objects.get_or_create(pk=1)
    return RollupPosition.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def following(position: RollupPosition, *, most: int) -> Stretch | None:
    """The next events, at most about so many; None when all are counted."""
    after = (position.tx, position.event_id)
    where = "FROM usage_rawevent WHERE (tx, id) > (%s, %s) AND tx < %s"
    values = [*after, consumers.horizon()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tx, id {where} ORDER BY tx DESC, id DESC LIMIT 1", values)
        upto = cursor.fetchone()
        # Ids are given out in turn: where there are few of them, the events need not be gone through to be counted.
        if upto and upto[1] - after[1] > most:
            cursor.execute(f"SELECT tx, id {where} ORDER BY tx, id OFFSET %s LIMIT 1", [*values, most - 1])
            upto = cursor.fetchone() or upto
    return Stretch(after, upto) if upto else None


def move(position: RollupPosition, stretch: Stretch, *, at: datetime) -> None:
    position.tx, position.event_id = stretch.upto
    position.counted_at = at
    position.save()
