"""A queue on the first day: when nothing is on record but customers and what they pay."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from core import jobs
from playbooks.models import QueueRule
from playbooks.models.work_item import Lane

KEY: Final = "first-talk"
RULE: Final = {
    "all": [
        {"key": "measure.mrr", "op": ">", "value": 0},
        {"key": "measure.days_since_touch", "op": "missing"},
        {"key": "measure.leaves_on", "op": "missing"},
    ]
}


@transaction.atomic
def begin() -> QueueRule:
    """Have everyone who pays and with whom no talk is on record stand in the queue, ranked like all else."""
    rule, made = QueueRule.objects.get_or_create(
        key=KEY,
        defaults={
            "title": _("Have a first talk"),
            "rule": RULE,
            "reasons": ["tenure_days", "last_usage_on"],
            "lane": Lane.RISK,
            "due_in_days": 30,
            "rest_days": 180,
        },
    )
    if not made and not rule.is_active:
        QueueRule.objects.filter(pk=rule.pk).update(is_active=True)
    jobs.enqueue(kind="playbooks.queue_all", key="first-talk", payload={"customers": None})
    return rule
