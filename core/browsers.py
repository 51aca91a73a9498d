"""What a browser says of itself, in two words: enough to know one's own again."""

import re

from django.utils.translation import gettext as _

# In this order: each later one's name stands in what the earlier ones say, too.
NAMES = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome"}
NAMES |= {"Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS"}
SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}


def browser(agent: str) -> str:
    """``Firefox on Windows``; what we don't know, as it says itself, its beginning only."""
    name = next((name for mark, name in NAMES.items() if re.search(rf"\b{mark}/", agent)), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or agent[:40]
