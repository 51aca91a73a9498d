from datetime import UTC, date, datetime

from django.db import migrations

USAGE = {
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
RELATIONSHIP = {
    "key": "relationship",
    "label": "Relationship",
    "weight": 25,
    "measures": [
        {"key": "days_since_touch", "weight": 2, "points": [[14, 100], [45, 70], [90, 30], [150, 0]]},
        {"key": "champion_left", "weight": 2, "points": {"yes": 0, "no": 85}},
        {"key": "active_contacts", "weight": 1, "points": [[0, 0], [1, 40], [2, 75], [4, 100]]},
    ],
}
# No tickets is not health: it gives 75, not 100.
SUPPORT = {
    "key": "support",
    "label": "Support",
    "weight": 10,
    "measures": [{"key": "escalated_tickets_56", "weight": 1, "points": [[0, 75], [1, 40], [3, 0]]}],
}
VOICE = {
    "key": "voice",
    "label": "What they say",
    "weight": 10,
    "measures": [{"key": "last_nps", "weight": 1, "points": [[0, 0], [6, 30], [7, 60], [9, 95], [10, 100]]}],
}
MONEY = {
    "key": "money",
    "label": "Money",
    "weight": 10,
    "measures": [
        {"key": "overdue_invoices", "weight": 1, "points": [[0, 80], [1, 40], [3, 0]]},
        {"key": "mrr_change_90", "weight": 1, "points": [[-1, 20], [0, 70], [1, 100]]},
    ],
}
DEFINITION = {
    "applies": None,
    "minimum_coverage": 0.4,
    # Where nothing is known to be wrong, what is known gives about 80.
    "bands": {"good": 77, "watch": 65},
    "groups": [USAGE, RELATIONSHIP, SUPPORT, VOICE, MONEY],
    # Where one thing alone is bad enough, nothing else makes up for it.
    "caps": [
        {"measure": "active_days_28", "when_points_at_most": 0, "score_at_most": 30},
        {"measure": "usage_change_28", "when_points_at_most": 0, "score_at_most": 49},
        {"measure": "escalated_tickets_56", "when_points_at_most": 20, "score_at_most": 49},
        {"measure": "overdue_invoices", "when_points_at_most": 0, "score_at_most": 60},
        {"measure": "champion_left", "when_points_at_most": 0, "score_at_most": 70},
    ],
}


def publish(apps, schema_editor):
    scorecard = apps.get_model("health", "Scorecard").objects.create(key="customers", name="Customers", position=100)
    apps.get_model("health", "ScorecardVersion").objects.create(
        scorecard=scorecard,
        number=1,
        definition=DEFINITION,
        in_force_from=date(1970, 1, 1),
        published_at=datetime(1970, 1, 1, tzinfo=UTC),
    )


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
