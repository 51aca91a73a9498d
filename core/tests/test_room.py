import resource

from django.conf import settings

from core.room import with_room

ROUNDS = 300


def faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def at_depth(depth: int) -> None:
    """So many frames deep, a loop that calls."""
    if depth:
        at_depth(depth - 1)
        return
    for _ in range(ROUNDS):
        nothing()


def nothing() -> None: ...


def test_no_loop_asks_for_memory_in_every_round_however_deep_it_lies():
    def worst() -> int:
        asked = []
        for depth in range(200):
            before = faults()
            at_depth(depth)
            asked.append(faults() - before)
        return max(asked)

    worst()
    assert with_room(worst) < ROUNDS // 2


def test_every_request_has_it():
    assert settings.MIDDLEWARE[0] == "core.room.Room"
