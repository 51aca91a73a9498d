from typing import Final

from core.loading import Batch, Column, Noun, Written
from usage.domain import features
from usage.models import Feature

COLUMNS: Final = (
    Column("feature", required=True, longest=120),
    Column("label", longest=120),
    Column("kind", choices=tuple(Feature.Kind.values)),
)


def write(batch: Batch) -> Written:
    """New features with their kind; of known ones the label, and another kind from today on."""
    rows = batch.fetch(f"SELECT feature, label, kind FROM {batch.rows} ORDER BY line")
    known = Feature.objects.in_bulk([key for key, _label, _kind in rows], field_name="key")
    new = [(key, label, kind) for key, label, kind in rows if key not in known]
    Feature.objects.bulk_create(
        Feature(key=key, label=label or key, kind=kind or Feature.Kind.OTHER) for key, label, kind in new
    )
    kinds = {key: kind for key, _label, kind in rows if key in known and kind and kind != known[key].kind}
    features.classify(kinds=kinds, known_on=batch.today)
    labels = {key: label for key, label, _kind in rows if key in known and label and label != known[key].label}
    for key, label in labels.items():
        Feature.objects.filter(key=key).update(label=label)
    changed = len(kinds.keys() | labels.keys())
    return Written(new=len(new), changed=changed, unchanged=len(rows) - len(new) - changed)


FEATURES: Final = Noun(name="features", columns=COLUMNS, once=("feature",), write=write)
