"""The scorecards that Holdfast starts with: onboarding, near the decision, adopted. In this order."""

from datetime import UTC, date, datetime

from django.db import migrations

NAMES = {"onboarding": ("Onboarding", 10), "renewal": ("At renewal", 20), "customers": ("Adopted", 100)}


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
# The last day to give notice is near, or no term binds them: they may leave on any day.
FREE = {
    "any": [
        {"key": "measure.days_to_notice", "op": "<=", "value": 200},
        {"key": "measure.days_to_notice", "op": "missing"},
    ]
}
USE, PEOPLE, SAY, MONEY, VALUE = "Use of the product", "Relationship", "What they say", "Money", "Value reached"


def cards():
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


def publish(apps, schema_editor):
    scorecards, versions = (apps.get_model("health", name) for name in ("Scorecard", "ScorecardVersion"))
    for key, definition in cards().items():
        name, position = NAMES[key]
        card, made = scorecards.objects.get_or_create(key=key, defaults={"name": name, "position": position})
        if not made and versions.objects.filter(scorecard=card).count() == 1:
            scorecards.objects.filter(pk=card.pk).update(name=name)
        elif not made:
            continue  # it is somebody's own by now
        versions.objects.create(
            scorecard=card,
            number=1 if made else 2,
            definition=definition,
            in_force_from=date(1970, 1, 1),
            published_at=datetime(1970, 1, 1, tzinfo=UTC),
        )


class Migration(migrations.Migration):
    dependencies = [("health", "0004_proof")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
