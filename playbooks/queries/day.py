"""What of the queue is for today: as many items as a person does in a day, a share of them for each lane."""

from collections import Counter
from collections.abc import Sequence

from playbooks.models import Lane

# Of the day's places. What a lane doesn't need goes to the others, the first lane first.
SHARES = {Lane.PROMISED: 0.3, Lane.RISK: 0.6, Lane.GROWTH: 0.1}


def cut(lanes: Sequence[str], places: int) -> list[int]:
    """Which items of the ordered queue, given by their lanes, make up a day of ``places``: their indices, in order."""
    room = _room(Counter(lanes), max(0, places))
    chosen: list[int] = []
    for place, lane in enumerate(lanes):
        if room[lane] > 0:
            room[lane] -= 1
            chosen.append(place)
    return chosen


def _room(waiting: Counter[str], places: int) -> Counter[str]:
    """The places of each lane: its share, no more than wait in it, and then what the others leave."""
    room: Counter[str] = Counter({lane: min(waiting[lane], int(places * share)) for lane, share in SHARES.items()})
    for lane in SHARES:
        room[lane] += min(waiting[lane] - room[lane], places - room.total())
    return room
