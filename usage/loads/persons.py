"""The days of each person's months, as a load brings them."""

from core.loading import Batch
from usage.domain.persons import SQL as HASHED

TABLES = {"usage_usageperson": False, "usage_usagefeatureperson": True}


def forget(batch: Batch) -> None:
    """Begin without any."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_usage_person")
    batch.execute(
        "CREATE TEMP TABLE load_usage_person (customer_id bigint, feature_id bigint, person bigint, month date,"
        " known_on date, days integer) ON COMMIT DROP"
    )


def write(batch: Batch, chosen: str) -> None:
    """Those that are not known yet, over all and of each feature, of the rows that ``chosen`` (SQL) leaves.

    In a load of history a month is known from its first day: no day of it is read before it has come.
    """
    for table, by_feature in TABLES.items():
        if by_feature and "feature" not in batch.given:
            continue
        batch.execute(f"INSERT INTO load_usage_person {_new(batch, table, by_feature, chosen)}")
        batch.execute(_insert(table, by_feature))


def written(_batch: Batch) -> str:
    """SQL of what was not known yet."""
    return "SELECT customer_id, feature_id, person, month, known_on, days FROM load_usage_person"


def _insert(table: str, by_feature: bool) -> str:
    key = ", ".join(_key(by_feature))
    return f"""
        INSERT INTO {table} AS old ({key}, known_on, days)
        SELECT {key}, known_on, days FROM load_usage_person
        WHERE feature_id IS {"NOT NULL" if by_feature else "NULL"} ORDER BY {key}
        ON CONFLICT ({key}, known_on) DO UPDATE SET days = old.days | excluded.days
    """


def _key(by_feature: bool) -> list[str]:
    return ["customer_id", *(["feature_id"] if by_feature else []), "person", "month"]


def _new(batch: Batch, table: str, by_feature: bool, chosen: str) -> str:
    key = ", ".join(_key(by_feature))
    groups = ", ".join(f"{place}" for place, _name in enumerate(_key(by_feature), start=1))
    feature = "f.id AS feature_id, " if by_feature else ""
    joined = "JOIN usage_feature f ON f.key = c.feature AND f.key <> ''" if by_feature else ""
    return f"""
        SELECT n.customer_id, {"feature_id" if by_feature else "NULL"}, n.person, n.month,
               CASE WHEN k.days IS NULL THEN {batch.known("n.month")} ELSE %(today)s END, n.days & ~COALESCE(k.days, 0)
        FROM (
            SELECT {key.replace("person", HASHED.format("person") + " AS person")}, days FROM (
                SELECT x.object_id AS customer_id, {feature}c.person,
                       date_trunc('month', c.day::date)::date AS month,
                       bit_or(1 << (right(c.day, 2)::integer - 1)) AS days
                FROM {batch.cells} c
                JOIN core_externalid x
                  ON x.source_id = %(source)s AND x.noun = 'customer' AND x.value = c.customer_id
                {joined}
                {chosen} {"AND" if chosen else "WHERE"} c.person IS NOT NULL
                GROUP BY {groups}
            ) p
        ) n LEFT JOIN (
            SELECT {key}, bit_or(days) AS days FROM {table} GROUP BY {groups}
        ) k USING ({key})
        WHERE n.days & ~COALESCE(k.days, 0) <> 0
    """
