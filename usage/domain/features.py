from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from core.clock import AsOf
from core.prepared import prepared
from core.remembering import remembered
from usage.models import Feature, FeatureChange


def ids(keys: Iterable[str]) -> dict[str, int]:
    """The ids of the features by key. Those that were not seen before are made, with their key as label."""
    wanted = set(keys)
    Feature.objects.bulk_create([Feature(key=key, label=key) for key in sorted(wanted)], ignore_conflicts=True)
    return dict(Feature.objects.filter(key__in=wanted).values_list("key", "id"))


@transaction.atomic
def classify(*, kinds: Mapping[str, str], known_on: date) -> None:
    """Say which features, by key, are core, sticky or other from ``known_on`` on. Earlier scores keep the old kind."""
    ids(kinds)
    found = Feature.objects.select_for_update().filter(key__in=kinds).order_by("id")
    changed = [feature for feature in found if feature.kind != kinds[feature.key]]
    FeatureChange.objects.bulk_create(
        FeatureChange(feature=one, before=one.kind, after=kinds[one.key], day=known_on, known_on=known_on)
        for one in changed
    )
    for feature in changed:
        feature.kind = kinds[feature.key]
    Feature.objects.bulk_update(changed, ["kind"])


@remembered
def over_all() -> int:
    """The id of what stands for the day over all features: the one without a key."""
    return next(one.pk for one in _all() if not one.key)


@remembered
def kinds(at: AsOf) -> Mapping[int, str]:
    """The kind of every feature, by id, as it was known as of ``at``. The day over all is not among them."""
    found = {one: feature.kind for one, feature in known().items()}
    # From the newest back to the first that was not yet known: each undoes itself.
    for feature, known_on, before in _changes():
        if known_on >= at.known_on:
            found[feature] = before
    return found


@remembered
def known() -> Mapping[int, Feature]:
    """Every feature by id, as it is now. The day over all is not among them."""
    return {one.pk: one for one in _all() if one.key}


@remembered
@prepared
def _all() -> QuerySet[Feature]:
    return Feature.objects.order_by("pk")


@remembered
def _changes() -> Sequence[tuple[int, date, str]]:
    """Every change of a kind, the newest first, with what was before it."""
    return list(FeatureChange.objects.order_by("-known_on", "-id").values_list("feature", "known_on", "before"))
