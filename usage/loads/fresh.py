"""Usage of months of which nothing is known yet, as a first load brings it: nothing is sorted, keys come at the end."""

from datetime import date
from typing import Final

from django.db import DataError, IntegrityError, transaction

from core.loading import Batch, Written
from usage.domain import partitions
from usage.loads.beside import make_features, write_feeds

BUILT: Final = "SELECT FROM pg_class WHERE relname = 'usage_beside' AND relnamespace = 'public'::regnamespace"


def build(batch: Batch) -> bool:
    """Fill new tables beside the usage. False where these rows need the longer way, or something is wrong with them."""
    months = _months(batch) if _fits(batch) else []
    if not months or not partitions.are_missing(months):
        return False
    try:
        with transaction.atomic():
            make_features(batch)
            batch.execute("DROP TABLE IF EXISTS pg_temp.load_usage_built")
            partitions.fill_beside(months)
            made = batch.execute(_rows(batch))
            batch.execute(f"CREATE TEMP TABLE load_usage_built ON COMMIT DROP AS SELECT {made} AS rows")
            for statement in OVER_ALL:
                batch.execute(statement.replace("KNOWN", batch.known("u.day")))
            partitions.key_beside(months)
    except (IntegrityError, DataError):
        return False
    return True


def _fits(batch: Batch) -> bool:
    """Rows without persons, each of a feature, none with a problem."""
    if "feature" not in batch.given or "person" in batch.given:
        return False
    if batch.fetch("SELECT FROM load_problem WHERE noun = 'usage' LIMIT 1"):
        return False
    return not batch.fetch("SELECT FROM load_cell WHERE \"column\" = 'feature' AND cell IS NULL LIMIT 1")


def _months(batch: Batch) -> list[date]:
    days = batch.fetch("SELECT DISTINCT left(cell, 7) FROM load_cell WHERE \"column\" = 'day'")
    return sorted(date.fromisoformat(f"{month}-01") for (month,) in days)


def _rows(batch: Batch) -> str:
    users = "c.users::integer" if "users" in batch.given else "NULL::integer"
    errors = "COALESCE(c.errors::integer, 0)" if "errors" in batch.given else "0"
    # Each day is read once, not in each of thousands of rows.
    return f"""
        WITH days AS MATERIALIZED (SELECT cell, cell::date AS day FROM load_cell WHERE "column" = 'day')
        INSERT INTO usage_beside (customer_id, feature_id, day, known_on, events, users, errors)
        SELECT x.object_id, f.id, d.day, {batch.known("d.day")}, c.events::integer, {users}, {errors}
        FROM {batch.cells} c
        JOIN days d ON d.cell = c.day
        JOIN core_externalid x ON x.source_id = %(source)s AND x.noun = 'customer' AND x.value = c.customer_id
        JOIN usage_feature f ON f.key = c.feature
    """


# A sum too large for its column raises DataError: the longer way tells it.
OVER_ALL: Final = (
    "DROP TABLE IF EXISTS pg_temp.load_usage_over_all",
    """
    CREATE TEMP TABLE load_usage_over_all ON COMMIT DROP AS
    SELECT customer_id, day, sum(events)::integer AS events, sum(errors)::integer AS errors
    FROM usage_beside GROUP BY 1, 2
    """,
    """
    INSERT INTO usage_beside (customer_id, feature_id, day, known_on, events, users, errors)
    SELECT u.customer_id, o.id, u.day, KNOWN, u.events, NULL, u.errors
    FROM load_usage_over_all u, (SELECT id FROM usage_feature WHERE key = '') o
    """,
)


def is_built(batch: Batch) -> bool:
    """Whether the rows wait in tables beside the usage."""
    return bool(batch.fetch(BUILT))


def take_in(batch: Batch) -> Written:
    """Make partitions of what was built."""
    partitions.take_in(_months(batch))
    write_feeds(batch, "SELECT customer_id, day FROM load_usage_over_all")
    ((rows,),) = batch.fetch("SELECT rows FROM load_usage_built")
    return Written(new=rows)
