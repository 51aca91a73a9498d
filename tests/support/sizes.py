"""How far a test goes: some steps in `make test`, and all the way in `make faults ONLY=thorough`."""

import os


def thorough(usual: int, all_the_way: int) -> int:
    """The one in a usual run, the other in the campaign."""
    return all_the_way if os.environ.get("THOROUGH") else usual
