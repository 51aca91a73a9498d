"""The queue rules to start with. They belong to the company from here on: edited in the admin, not here.

A customer stands under the most telling causes, not under all: what is near its notice is not listed again for its
band, and what is at risk is not listed again for being quiet. Who gave notice stands as that, and nowhere else among
what may be lost; what is promised counts from the last day to give notice.
"""

from django.db import migrations
from django.utils.translation import gettext_noop as _


def when(key, op, *value):
    return {"key": f"measure.{key}", "op": op, **({"value": value[0]} if value else {})}


PAYING = when("mrr", ">", 0)
NOT_WELL = when("band", "in", ["risk", "watch"])
AT_RISK = when("band", "is", "risk")
NOTICE_NEAR = when("notice_on", "within_next_days", 120)
NOTICE_SOON = when("notice_on", "within_next_days", 30)
STAYS = when("leaves_on", "missing")
LEAVES = when("leaves_on", "present")
RULES = [
    {
        "key": "renewal-near",
        "title": _("Settle the renewal"),
        "lane": "promised",
        "rule": {
            "all": [
                PAYING,
                {
                    "any": [
                        NOTICE_SOON,
                        {"all": [when("renews_itself", "is", False), when("renewal_on", "within_next_days", 30)]},
                    ]
                },
            ]
        },
        "reasons": ["notice_on", "renewal_on", "score", "overdue_invoices"],
        "due_in_days": 5,
        "rest_days": 30,
    },
    {
        "key": "detractor",
        "title": _("Answer their low score"),
        "lane": "promised",
        "rule": {"all": [PAYING, when("last_nps", "<=", 6), when("days_since_nps", "<=", 30)]},
        "reasons": ["last_nps", "score"],
        "due_in_days": 2,
        "rest_days": 45,
    },
    {
        "key": "notice-near",
        "title": _("Keep them before they can leave"),
        "lane": "risk",
        "rule": {"all": [PAYING, NOTICE_NEAR, {"not": NOTICE_SOON}, NOT_WELL]},
        "reasons": ["notice_on", "active_users_28", "usage_change_28", "score", "champion_left"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "band-risk",
        "title": _("Find out what went wrong"),
        "lane": "risk",
        "rule": {"all": [PAYING, AT_RISK, {"not": NOTICE_NEAR}, STAYS]},
        "reasons": ["score", "active_users_28", "usage_change_28", "champion_left", "escalated_tickets_56"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "usage-dropped",
        "title": _("Ask why they use it less"),
        "lane": "risk",
        "rule": {"all": [PAYING, when("usage_change_28", "<", -0.4), {"not": AT_RISK}, STAYS]},
        "reasons": ["usage_change_28", "active_users_28", "last_usage_on"],
        "due_in_days": 7,
        "rest_days": 28,
    },
    {
        "key": "champion-left",
        "title": _("Find a new champion"),
        "lane": "risk",
        "rule": {"all": [PAYING, when("champion_left", "is", True), STAYS]},
        "reasons": ["champion_left", "active_contacts", "last_touch_on"],
        "due_in_days": 7,
        "rest_days": 60,
    },
    {
        "key": "invoice-overdue",
        "title": _("Clear up the unpaid invoice"),
        "lane": "risk",
        "rule": {"all": [PAYING, when("overdue_invoices", ">=", 1)]},
        "reasons": ["overdue_invoices", "score"],
        "due_in_days": 5,
        "rest_days": 14,
    },
    {
        "key": "gone-quiet",
        "title": _("Talk to them again"),
        "lane": "risk",
        "rule": {"all": [when("mrr", ">=", 2000), when("days_since_touch", ">", 90), {"not": AT_RISK}, STAYS]},
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
                when("tenure_days", ">", 60),
                STAYS,
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
                when("band", "is", "good"),
                when("usage_change_28", ">", 0.5),
                when("tenure_days", ">", 90),
                STAYS,
            ]
        },
        "reasons": ["usage_change_28", "active_users_28", "last_nps"],
        "due_in_days": 14,
        "rest_days": 90,
    },
    {
        "key": "leaving",
        "title": _("Speak to them before they are gone"),
        "lane": "risk",
        "rule": {"all": [PAYING, LEAVES]},
        "reasons": ["leaves_on", "score", "usage_change_28", "champion_left", "escalated_tickets_56"],
        "due_in_days": 3,
        "rest_days": 28,
    },
]


def install(apps, schema_editor):
    rules = apps.get_model("playbooks", "QueueRule")
    rules.objects.bulk_create(rules(**rule) for rule in RULES)


class Migration(migrations.Migration):
    replaces = [("playbooks", "0002_first_rules"), ("playbooks", "0008_queue_rules_by_notice")]

    dependencies = [("playbooks", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
