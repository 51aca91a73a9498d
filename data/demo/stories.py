"""The twelve told stories: customers whose course is written in ``words/stories.toml`` instead of drawn.

They are the first customers of every demo. The days there count back from today.
"""

from functools import cache
from typing import Any

import numpy as np

from data.demo import catalogue as cat
from data.demo import hidden as truth
from data.demo.deals import Changes
from data.demo.fates import KEYS, Fates
from data.demo.hidden import Hidden
from data.demo.names import plain
from data.demo.population import Population, countries, early_in_month, industries
from data.demo.spec import Spec, add_months, words

Story = dict[str, Any]
SNAP = 6


@cache
def told() -> list[Story]:
    """The stories, in the order of their customers."""
    return words("stories")["story"]


def index(key: str) -> int:
    """The customer (by index) that the story ``key`` is about."""
    return [story["key"] for story in told()].index(key)


def cast(spec: Spec, pop: Population) -> None:
    """Put the customers of the stories in the first places."""
    for at, story in enumerate(told()):
        monthly = story.get("monthly", False)
        pop.name[at], pop.domain[at] = story["name"].encode(), story["domain"].encode()
        pop.country[at] = countries().index(story["country"])
        pop.industry[at] = industries().index(story["industry"])
        pop.employees[at], pop.seats[at], pop.people[at] = story["employees"], story["seats"], story["people"]
        pop.plan[at] = cat.PLANS.index(story["plan"])
        pop.currency[at] = cat.CURRENCIES.index(words("places")[story["country"]]["currency"])
        pop.since[at] = _since(spec, story)
        pop.term_months[at] = 1 if monthly else 12
        pop.interval[at] = cat.MONTH if monthly else cat.YEAR
        pop.notice_days[at] = story.get("notice_days", 30)
        pop.feed[at] = cat.CLASSIC if story.get("feed") == "classic" else cat.CLOUD
        pop.fit[at] = story["condition"][0][1]
    few = slice(len(told()))
    pop.auto_renews[few], pop.uplift[few], pop.discount[few] = True, 0.03, 0.0
    pop.by_card[few], pop.parent[few], pop.told[few] = pop.term_months[few] == 1, -1, True
    pop.parent[np.isin(pop.parent, np.arange(len(told())))] = -1


def _since(spec: Spec, story: Story) -> int:
    """The first day of a story's customer, such that terms and bills fall on the days it is told to have."""
    if "since_days" in story:
        day = spec.end - story["since_days"]
    else:
        last = story["renews_in"] if "renews_in" in story else -story["card_failed"]
        day = add_months(early_in_month(np.array([spec.end + last])), -12 * story["since_years"])[0]
    return int(early_in_month(np.array([day]))[0])


def steer(spec: Spec, hidden: Hidden) -> None:
    """Write the hidden course of the stories over the drawn one."""
    days = spec.start + 7 * np.arange(spec.weeks) + 3
    for at, story in enumerate(told()):
        ago, points = np.array(story["condition"], dtype=float).T
        hidden.condition[:, at] = np.interp(days, spec.end - ago, points)
        hidden.champion_left[at] = spec.end - story["champion_left"] if "champion_left" in story else -1
        hidden.champion_new[at] = -1
        hidden.dark_from[at] = spec.end - story["dark_from"] if "dark_from" in story else -1
        hidden.hit[at], hidden.rise[at] = story.get("hit", False), story.get("rise", False)
        hidden.lost[at] = spec.end - story["lost"] if "lost" in story else -1
        hidden.cause[at] = truth.NOTHING


def close(hidden: Hidden, fates: Fates) -> None:
    """Give the losses of the stories the reasons that are told, and no way back."""
    for at, story in enumerate(told()):
        fates.reason[at] = KEYS.index(story["reason"]) if "reason" in story else -1
        fates.returned[at] = fates.failed_on[at] = -1


def changes(spec: Spec, pop: Population) -> Changes:
    """What the stories agree anew: seats and plans, on the renewal where one is near."""
    parts = []
    for at, story in enumerate(told()):
        one = np.array([at])
        for ago, factor in story.get("seats_steps", []):
            parts.append(Changes.of(one, _near_renewal(spec, pop, at, ago), seats=factor))
        for ago, plan in story.get("plan_steps", []):
            parts.append(Changes.of(one, _near_renewal(spec, pop, at, ago), plan=cat.PLANS.index(plan)))
    return Changes.joined(parts)


def _near_renewal(spec: Spec, pop: Population, at: int, ago: int) -> np.ndarray:
    day = spec.end - ago
    renewals = add_months(np.full(8, pop.since[at]), 12 * np.arange(8))
    nearest = renewals[np.argmin(np.abs(renewals - day))]
    return np.array([nearest if abs(nearest - day) <= SNAP else day])


def add_ons(spec: Spec) -> dict[int, int]:
    """Which customers (by index) of the stories took the add-on, and on which day."""
    return {at: spec.end - story["add_on"] for at, story in enumerate(told()) if "add_on" in story}


def unused() -> list[tuple[int, int]]:
    """Pairs of a customer and a feature (by index) that was never taken up."""
    keys = [feature.key for feature in cat.FEATURES]
    return [(at, keys.index(key)) for at, story in enumerate(told()) for key in story.get("unused", [])]


def owners() -> np.ndarray:
    """The CSM (by index) of each story."""
    return np.array([story["csm"] for story in told()])


def person(name: str, domain: str) -> tuple[bytes, bytes, bytes]:
    """First name, name and address of a person in a story."""
    first, last = name.split(maxsplit=1)
    return first.encode(), name.encode(), f"{plain(first)}.{plain(last)}@{domain}".encode()
