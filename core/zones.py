"""The time zones that are offered to choose from."""

from zoneinfo import available_timezones

from babel.core import get_global

REGIONS = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}


def offered(present: str = "") -> list[tuple[str, str]]:
    """Each zone once, by the name it has today, as choices; and ``present``, which may be an older name."""
    older = get_global("zone_aliases")
    today = {one for one in available_timezones() if one.split("/")[0] in REGIONS and one not in older}
    return [(one, one.replace("_", " ")) for one in sorted(today | {"UTC", present or "UTC"})]
