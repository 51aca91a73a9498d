from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from churn.models import ChurnReason


@transaction.atomic
def ensure(*, names: Iterable[str]) -> dict[str, int]:
    """The ids of reasons by the names given: a key or a label, in any case. Those that were not there are made,
    below no other; an empty name has no reason.
    """
    known = {}
    for pk, key, label in ChurnReason.objects.values_list("id", "key", "label"):
        known[key] = known[label.casefold()] = pk
    wanted = {name: _key(name) for name in names if name.strip()}
    missing = {key: name for name, key in wanted.items() if key not in known and name.strip().casefold() not in known}
    last = ChurnReason.objects.aggregate(last=Max("position"))["last"] or 0
    for place, (key, name) in enumerate(sorted(missing.items()), 1):
        known[key] = ChurnReason.objects.create(key=key, label=name.strip()[:120], position=last + place).pk
    return {name: known.get(key) or known[name.strip().casefold()] for name, key in wanted.items()}


def _key(name: str) -> str:
    return slugify(name.replace("_", "-"))[:60] or "other"
