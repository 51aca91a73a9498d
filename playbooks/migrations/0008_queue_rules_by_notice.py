"""Who gave notice comes into the queue, and nowhere else among what may be lost; what is promised counts from the last
day to give notice. Rules that the company has changed stay as they are.
"""

from importlib import import_module

from django.db import migrations
from django.utils.translation import gettext_noop as _


def when(key, op, *value):
    return {"key": f"measure.{key}", "op": op, **({"value": value[0]} if value else {})}


PAYING = when("mrr", ">", 0)
STAYS, LEAVES = when("leaves_on", "missing"), when("leaves_on", "present")
AT_RISK, NOT_WELL = when("band", "is", "risk"), when("band", "in", ["risk", "watch"])
NOTICE_NEAR, NOTICE_SOON = (when("notice_on", "within_next_days", days) for days in (120, 30))
NOT_AGREED = {"all": [when("renews_itself", "is", False), when("renewal_on", "within_next_days", 30)]}

LEAVING = {
    "key": "leaving",
    "title": _("Speak to them before they are gone"),
    "lane": "risk",
    "rule": {"all": [PAYING, LEAVES]},
    "reasons": ["leaves_on", "score", "usage_change_28", "champion_left", "escalated_tickets_56"],
    "due_in_days": 3,
    "rest_days": 28,
}
NEW = {
    "renewal-near": {
        "rule": {"all": [PAYING, {"any": [NOTICE_SOON, NOT_AGREED]}]},
        "reasons": ["notice_on", "renewal_on", "score", "overdue_invoices"],
    },
    "notice-near": {"rule": {"all": [PAYING, NOTICE_NEAR, {"not": NOTICE_SOON}, NOT_WELL]}},
    "band-risk": {"rule": {"all": [PAYING, AT_RISK, {"not": NOTICE_NEAR}, STAYS]}},
    "usage-dropped": {"rule": {"all": [PAYING, when("usage_change_28", "<", -0.4), {"not": AT_RISK}, STAYS]}},
    "champion-left": {"rule": {"all": [PAYING, when("champion_left", "is", True), STAYS]}},
    "gone-quiet": {
        "rule": {"all": [when("mrr", ">=", 2000), when("days_since_touch", ">", 90), {"not": AT_RISK}, STAYS]}
    },
}


def _of(key):
    first = import_module("playbooks.migrations.0002_first_rules")
    return next(rule for rule in first.RULES if rule["key"] == key)


def _with_stays(key):
    rule = _of(key)["rule"]
    return {"rule": {"all": [*rule["all"], STAYS]}}


def renew(apps, schema_editor):
    rules = apps.get_model("playbooks", "QueueRule")
    changed = NEW | {key: _with_stays(key) for key in ("onboarding-stalled", "growth")}
    for key, values in changed.items():
        rules.objects.filter(key=key, rule=_of(key)["rule"]).update(**values)
    rules.objects.get_or_create(key=LEAVING["key"], defaults=LEAVING)


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0007_paused_by")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
