"""The scorecards that Holdfast starts with, again: who stops coming counts, and who does not pay is at risk.

Persons who were there a week ago and are not now tell more than how many there are: of the change of active users only
the lapse is left. An overdue invoice alone makes a risk: of those who leave without a word, many just stop paying.
"""

from copy import deepcopy
from datetime import UTC, date, datetime
from importlib import import_module

from django.db import migrations

CHANGED = {"overdue_invoices": 52}
LAPSE = {"key": "user_lapse_7", "weight": 4, "points": [[0.1, 100], [0.25, 75], [0.5, 35], [0.8, 0]]}
WEIGHTS = {"usage": 50, "relationship": 15}


def cards():
    found = deepcopy(import_module("health.migrations.0005_starters").cards())
    return {key: changed(key, definition) for key, definition in found.items()}


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


def publish(apps, schema_editor):
    scorecards, versions = (apps.get_model("health", name) for name in ("Scorecard", "ScorecardVersion"))
    before = import_module("health.migrations.0005_starters").cards()
    for key, definition in cards().items():
        own = versions.objects.filter(scorecard__key=key).order_by("number")
        last = own.last()
        if last is None or last.definition != before[key]:
            continue  # it is somebody's own by now
        versions.objects.create(
            scorecard=scorecards.objects.get(key=key),
            number=last.number + 1,
            definition=definition,
            in_force_from=date(1970, 1, 1),
            published_at=datetime(1970, 1, 1, tzinfo=UTC),
        )


class Migration(migrations.Migration):
    dependencies = [("health", "0007_night")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
