import json
from typing import Final

from core.loading import Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import as_object
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
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_feature_before")
    batch.execute(
        "CREATE TEMP TABLE load_feature_before ON COMMIT DROP AS SELECT f.* FROM usage_feature f"
        f" WHERE key IN (SELECT feature FROM {batch.rows})"
    )
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


def take_back(taken: Withdrawal) -> None:
    """They are of no kind, and never were of one: no measure asks for them."""
    taken.execute(
        f"UPDATE usage_feature f SET kind = 'other' WHERE id IN (SELECT id FROM {taken.ids})"
        " AND NOT EXISTS (SELECT FROM usage_featurechange c WHERE c.feature_id = f.id)"
    )


def put_back(taken: Withdrawal) -> None:
    found = taken.fetch(f"SELECT f.key, b.before FROM {taken.ids} b JOIN usage_feature f USING (id)")
    before = {key: json.loads(values) for key, values in found}
    kinds = {key: values["kind"] for key, values in before.items() if "kind" in values}
    features.classify(kinds=kinds, known_on=taken.today)
    for key, values in before.items():
        Feature.objects.filter(key=key).update(**{name: values[name] for name in values if name == "label"})


VALUES: Final = ("label", "kind")
FEATURES: Final = Noun(
    name="features",
    columns=COLUMNS,
    once=("feature",),
    write=write,
    take_back=take_back,
    brought="SELECT f.id FROM usage_feature f JOIN load_features_rows r ON r.feature = f.key"
    " WHERE f.id NOT IN (SELECT id FROM load_feature_before)",
    changes=Changes(
        made=f"SELECT f.id, {as_object('b', *VALUES)}, {as_object('f', *VALUES)}"
        " FROM usage_feature f JOIN load_feature_before b USING (id)",
        now=f"SELECT f.id, {as_object('f', *VALUES)}, f.key FROM IDS i JOIN usage_feature f USING (id)",
        put_back=put_back,
    ),
)
