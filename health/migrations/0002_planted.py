"""The scorecards and the signal rules that Holdfast starts with. They belong to the company from here on.

Each scorecard has had two lives before the one in force: the first, of "customers" alone; the starters, by where the
customer stands; and those that count who stopped coming, and hold an unpaid invoice for a risk.
"""

from copy import deepcopy
from datetime import UTC, date, datetime

from django.db import migrations

FIRST_USAGE = {
    "key": "usage",
    "label": "Use of the product",
    "weight": 45,
    "measures": [
        {"key": "active_days_28", "weight": 3, "points": [[0, 0], [4, 25], [12, 60], [20, 85], [28, 100]]},
        {"key": "usage_change_28", "weight": 2, "points": [[-0.6, 0], [-0.3, 35], [0, 80], [0.2, 100]]},
        {"key": "active_users_change_28", "weight": 2, "points": [[-0.6, 0], [-0.25, 40], [0, 80], [0.2, 100]]},
        {"key": "core_adoption_28", "weight": 2, "points": [[0, 0], [0.25, 40], [0.6, 85], [0.9, 100]]},
        {"key": "sticky_adoption_28", "weight": 1, "points": [[0, 30], [0.5, 80], [1, 100]]},
    ],
}
FIRST_RELATIONSHIP = {
    "key": "relationship",
    "label": "Relationship",
    "weight": 25,
    "measures": [
        {"key": "days_since_touch", "weight": 2, "points": [[14, 100], [45, 70], [90, 30], [150, 0]]},
        {"key": "champion_left", "weight": 2, "points": {"yes": 0, "no": 85}},
        {"key": "active_contacts", "weight": 1, "points": [[0, 0], [1, 40], [2, 75], [4, 100]]},
    ],
}
FIRST_SUPPORT = {
    "key": "support",
    "label": "Support",
    "weight": 10,
    "measures": [{"key": "escalated_tickets_56", "weight": 1, "points": [[0, 75], [1, 40], [3, 0]]}],
}
FIRST_VOICE = {
    "key": "voice",
    "label": "What they say",
    "weight": 10,
    "measures": [{"key": "last_nps", "weight": 1, "points": [[0, 0], [6, 30], [7, 60], [9, 95], [10, 100]]}],
}
FIRST_MONEY = {
    "key": "money",
    "label": "Money",
    "weight": 10,
    "measures": [
        {"key": "overdue_invoices", "weight": 1, "points": [[0, 80], [1, 40], [3, 0]]},
        {"key": "mrr_change_90", "weight": 1, "points": [[-1, 20], [0, 70], [1, 100]]},
    ],
}
FIRST = {
    "applies": None,
    "minimum_coverage": 0.4,
    # Where nothing is known to be wrong, what is known gives about 80.
    "bands": {"good": 77, "watch": 65},
    "groups": [FIRST_USAGE, FIRST_RELATIONSHIP, FIRST_SUPPORT, FIRST_VOICE, FIRST_MONEY],
    # Where one thing alone is bad enough, nothing else makes up for it.
    "caps": [
        {"measure": "active_days_28", "when_points_at_most": 0, "score_at_most": 30},
        {"measure": "usage_change_28", "when_points_at_most": 0, "score_at_most": 49},
        {"measure": "escalated_tickets_56", "when_points_at_most": 20, "score_at_most": 49},
        {"measure": "overdue_invoices", "when_points_at_most": 0, "score_at_most": 60},
        {"measure": "champion_left", "when_points_at_most": 0, "score_at_most": 70},
    ],
}


NAMES = {"onboarding": ("Onboarding", 10), "renewal": ("At renewal", 20), "customers": ("Adopted", 100)}
USE, PEOPLE, SAY, MONEY, VALUE = "Use of the product", "Relationship", "What they say", "Money", "Value reached"


def measure(key, weight, points):
    return {"key": key, "weight": weight, "points": points}


def group(key, label, weight, *measures):
    return {"key": key, "label": label, "weight": weight, "measures": list(measures)}


CAPS = [
    # Where one thing alone is bad enough, nothing else makes up for it.
    {"measure": "active_days_28", "when_points_at_most": 0, "score_at_most": 30},
    {"measure": "usage_change_28", "when_points_at_most": 0, "score_at_most": 61},
    {"measure": "escalated_tickets_56", "when_points_at_most": 20, "score_at_most": 61},
    {"measure": "overdue_invoices", "when_points_at_most": 0, "score_at_most": 64},
]
YOUNG = {"key": "measure.tenure_days", "op": "<", "value": 90}
FREE = {
    "any": [
        {"key": "measure.days_to_notice", "op": "<=", "value": 200},
        {"key": "measure.days_to_notice", "op": "missing"},
    ]
}
CHANGED = {"overdue_invoices": 52}
LAPSE = {"key": "user_lapse_7", "weight": 4, "points": [[0.1, 100], [0.25, 75], [0.5, 35], [0.8, 0]]}
WEIGHTS = {"usage": 50, "relationship": 15}


def starters():
    relationship = group(
        "relationship",
        PEOPLE,
        20,
        measure("days_since_touch", 2, [[14, 100], [45, 80], [90, 65], [150, 0]]),
        measure("champion_left", 4, {"yes": 15, "no": 85}),
        measure("active_contacts", 2, [[0, 0], [1, 35], [2, 80], [4, 100]]),
        measure("pulse", 2, [[1, 0], [3, 60], [5, 100]]),
    )
    voice = group(
        "voice",
        SAY,
        20,
        measure("last_nps", 3, [[0, 0], [6, 60], [8, 85], [9, 95], [10, 100]]),
        measure("ticket_satisfaction_180", 1, [[1, 0], [3, 50], [5, 100]]),
        # No tickets is not health: it gives 75, not 100.
        measure("escalated_tickets_56", 1, [[0, 75], [1, 40], [3, 0]]),
    )
    money = group(
        "money",
        MONEY,
        15,
        measure("overdue_invoices", 1, [[0, 95], [1, 0]]),
        measure("mrr_change_90", 1, [[-1, 20], [0, 45], [1, 100]]),
    )
    usage = group(
        "usage",
        USE,
        40,
        measure("active_days_28", 6, [[0, 0], [6, 15], [12, 40], [18, 55], [22, 80], [26, 100]]),
        measure("usage_change_28", 1, [[-0.6, 0], [-0.3, 45], [0, 80], [0.2, 90]]),
        measure("active_users_change_28", 2, [[-0.6, 0], [-0.25, 40], [0, 80], [0.2, 100]]),
        measure("sticky_adoption_28", 1, [[0, 30], [0.5, 80], [1, 100]]),
        measure("core_adoption_28", 1, [[0, 0], [0.25, 40], [0.6, 85], [0.9, 100]]),
    )
    value = group("value", VALUE, 5, measure("goals_reached", 1, [[0, 20], [0.5, 70], [1, 100]]))
    nearness = group(
        "nearness",
        "Time to decide",
        30,
        measure("days_to_notice", 1, [[0, 85], [30, 45], [60, 5], [95, 10], [140, 35], [200, 75]]),
    )
    onboarding = group(
        "onboarding",
        "Onboarding",
        25,
        measure("onboarding_progress", 3, [[0, 0], [0.5, 60], [1, 100]]),
        measure("touches_90", 1, [[0, 20], [2, 70], [5, 100], [20, 70]]),
    )
    bands = {"good": 76, "watch": 62}
    base = {"minimum_coverage": 0.25, "bands": bands, "caps": CAPS}
    return {
        "onboarding": {**base, "applies": YOUNG, "groups": [onboarding, usage, relationship, voice, money]},
        "renewal": {**base, "applies": FREE, "groups": [nearness, usage, relationship, voice, money, value]},
        "customers": {**base, "applies": None, "groups": [usage, relationship, voice, money, value]},
    }


def changed(key, definition):
    groups = [with_lapse(key, deepcopy(group)) for group in definition["groups"]]
    caps = [{**cap, "score_at_most": CHANGED.get(cap["measure"], cap["score_at_most"])} for cap in definition["caps"]]
    # So that a customer of whom only people, answers and money are known still has a score.
    return {**definition, "minimum_coverage": 0.22, "groups": groups, "caps": caps}


def with_lapse(key, group):
    if group["key"] == "usage":
        group["measures"] = [one for one in group["measures"] if one["key"] != "active_users_change_28"] + [LAPSE]
        group["weight"] = WEIGHTS["usage"]
    if group["key"] == "relationship" and key != "onboarding":
        group["weight"] = WEIGHTS["relationship"]
    return group


def when(key, op, value):
    return {"key": f"measure.{key}", "op": op, "value": value}


RULES = [
    ("fell", "The score fell by 15 in 30 days", {"all": [when("score_change_30", "<=", -15)]}, 2),
    ("use-halved", "Use fell by half", {"all": [when("usage_change_28", "<=", -0.5)]}, 7),
    (
        "red-near-notice",
        "Red, and the last day to give notice is near",
        {"all": [when("band", "is", "risk"), when("days_to_notice", "<=", 60)]},
        1,
    ),
    ("silent", "No word for 90 days", {"all": [when("days_since_touch", ">=", 90)]}, 1),
    ("escalations", "Two escalations in 56 days", {"all": [when("escalated_tickets_56", ">=", 2)]}, 1),
]


def publish(apps, schema_editor):
    first, lapse = {"customers": FIRST}, {key: changed(key, card) for key, card in starters().items()}
    cards, versions = (apps.get_model("health", name) for name in ("Scorecard", "ScorecardVersion"))
    for key, (name, position) in NAMES.items():
        card = cards.objects.create(key=key, name=name, position=position)
        told = [states[key] for states in (first, starters(), lapse) if key in states]
        versions.objects.bulk_create(
            versions(
                scorecard=card,
                number=number,
                definition=definition,
                in_force_from=date(1970, 1, 1),
                published_at=datetime(1970, 1, 1, tzinfo=UTC),
            )
            for number, definition in enumerate(told, 1)
        )


def add_rules(apps, schema_editor):
    rules = apps.get_model("health", "SignalRule")
    for position, (key, name, rule, hold) in enumerate(RULES):
        rules.objects.create(key=key, name=name, rule=rule, hold_days=hold, most_share="0.100", position=position)


class Migration(migrations.Migration):
    replaces = [
        ("health", "0002_default_scorecard"),
        ("health", "0005_starters"),
        ("health", "0006_signal_rules"),
        ("health", "0008_lapse"),
    ]

    dependencies = [("health", "0001_initial")]

    operations = [
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
    ]
