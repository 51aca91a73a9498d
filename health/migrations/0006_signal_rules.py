from django.db import migrations


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


def add(apps, schema_editor):
    rules = apps.get_model("health", "SignalRule")
    for position, (key, name, rule, hold) in enumerate(RULES):
        rules.objects.create(key=key, name=name, rule=rule, hold_days=hold, most_share="0.100", position=position)


class Migration(migrations.Migration):
    dependencies = [("health", "0005_starters")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
