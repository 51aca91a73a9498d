"""The queue rules to start with. They belong to the company from here on: edited in the admin, not here.

A customer stands under the most telling causes, not under all: what is near its notice is not listed again for its
band, and what is at risk is not listed again for being quiet.
"""

from django.db import migrations
from django.utils.translation import gettext_noop as _

PAYING = {"key": "measure.mrr", "op": ">", "value": 0}
NOT_WELL = {"key": "measure.band", "op": "in", "value": ["risk", "watch"]}
AT_RISK = {"key": "measure.band", "op": "is", "value": "risk"}
NOTICE_NEAR = {"key": "measure.notice_on", "op": "within_next_days", "value": 120}

RULES = [
    {
        "key": "renewal-near",
        "title": _("Settle the renewal"),
        "lane": "promised",
        "rule": {"all": [PAYING, {"key": "measure.renewal_on", "op": "within_next_days", "value": 30}]},
        "reasons": ["renewal_on", "score", "overdue_invoices"],
        "due_in_days": 5,
        "rest_days": 30,
    },
    {
        "key": "detractor",
        "title": _("Answer their low score"),
        "lane": "promised",
        "rule": {
            "all": [
                PAYING,
                {"key": "measure.last_nps", "op": "<=", "value": 6},
                {"key": "measure.days_since_nps", "op": "<=", "value": 30},
            ]
        },
        "reasons": ["last_nps", "score"],
        "due_in_days": 2,
        "rest_days": 45,
    },
    {
        "key": "notice-near",
        "title": _("Keep them before they can leave"),
        "lane": "risk",
        "rule": {"all": [PAYING, NOTICE_NEAR, NOT_WELL]},
        "reasons": ["notice_on", "active_users_28", "usage_change_28", "score", "champion_left"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "band-risk",
        "title": _("Find out what went wrong"),
        "lane": "risk",
        "rule": {"all": [PAYING, AT_RISK, {"not": NOTICE_NEAR}]},
        "reasons": ["score", "active_users_28", "usage_change_28", "champion_left", "escalated_tickets_56"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "usage-dropped",
        "title": _("Ask why they use it less"),
        "lane": "risk",
        "rule": {"all": [PAYING, {"key": "measure.usage_change_28", "op": "<", "value": -0.4}, {"not": AT_RISK}]},
        "reasons": ["usage_change_28", "active_users_28", "last_usage_on"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "champion-left",
        "title": _("Find a new champion"),
        "lane": "risk",
        "rule": {"all": [PAYING, {"key": "measure.champion_left", "op": "is", "value": True}]},
        "reasons": ["champion_left", "active_contacts", "last_touch_on"],
        "due_in_days": 7,
        "rest_days": 60,
    },
    {
        "key": "invoice-overdue",
        "title": _("Clear up the unpaid invoice"),
        "lane": "risk",
        "rule": {"all": [PAYING, {"key": "measure.overdue_invoices", "op": ">=", "value": 1}]},
        "reasons": ["overdue_invoices", "score"],
        "due_in_days": 5,
        "rest_days": 14,
    },
    {
        "key": "gone-quiet",
        "title": _("Talk to them again"),
        "lane": "risk",
        "rule": {
            "all": [
                {"key": "measure.mrr", "op": ">=", "value": 2000},
                {"key": "measure.days_since_touch", "op": ">", "value": 90},
                {"not": AT_RISK},
            ]
        },
        "reasons": ["last_touch_on", "active_contacts"],
        "due_in_days": 10,
        "rest_days": 28,
    },
    {
        "key": "onboarding-stalled",
        "title": _("Get the onboarding moving"),
        "lane": "promised",
        "rule": {
            "all": [
                PAYING,
                {"key": "attribute.stage", "op": "is", "value": "onboarding"},
                {"key": "measure.tenure_days", "op": ">", "value": 60},
            ]
        },
        "reasons": ["attribute.stage", "tenure_days", "core_adoption_28"],
        "due_in_days": 5,
        "rest_days": 21,
    },
    {
        "key": "growth",
        "title": _("Offer them more"),
        "lane": "growth",
        "rule": {
            "all": [
                PAYING,
                {"key": "measure.band", "op": "is", "value": "good"},
                {"key": "measure.usage_change_28", "op": ">", "value": 0.5},
                {"key": "measure.tenure_days", "op": ">", "value": 90},
            ]
        },
        "reasons": ["usage_change_28", "active_users_28", "last_nps"],
        "due_in_days": 14,
        "rest_days": 90,
    },
]


def install(apps, schema_editor):
    rules = apps.get_model("playbooks", "QueueRule")
    rules.objects.bulk_create(rules(**rule) for rule in RULES)


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
