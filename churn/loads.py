from typing import Final

from core.ids import UUID7_SQL
from core.loading import DATE, Batch, Column, Noun, Written
from core.loading.noun import digest

COLUMNS: Final = (
    Column("customer_id", required=True, refers="customer"),
    Column("on", DATE, required=True),
    Column("reason", longest=60),
    Column("competitor", longest=120),
    Column("comment", longest=100_000),
    Column("churn_kind", choices=("voluntary", "involuntary")),
)


def write(batch: Batch) -> Written:
    """Recorded losses that are new, or of which something else is said than before. Reasons not seen yet are made."""
    batch.execute(REASONS.replace("ROWS", batch.rows))
    _gather(batch)
    batch.execute(TEXTS)
    appended = batch.execute(EVENTS)
    ((rows, new),) = batch.fetch("SELECT count(*), count(*) FILTER (WHERE fresh) FROM load_churn_event")
    return Written(new=new, changed=appended - new, unchanged=rows - appended)


KEY: Final = "trim(BOTH '_' FROM regexp_replace(lower(r.reason), '[^a-z0-9]+', '_', 'g'))"

# A reason is known by its key or its label.
REASON: Final = f"""
SELECT n.id FROM churn_churnreason n WHERE n.key IN (r.reason, {KEY}) OR lower(n.label) = lower(r.reason)
ORDER BY n.id LIMIT 1
"""

REASONS: Final = f"""
INSERT INTO churn_churnreason (key, label, position, is_active)
SELECT COALESCE(NULLIF({KEY}, ''), 'reason_' || left(md5(r.reason), 8)), r.reason, 100, TRUE
FROM (SELECT DISTINCT ON (lower(reason)) reason FROM ROWS WHERE reason IS NOT NULL) r
WHERE NOT EXISTS ({REASON}) ORDER BY r.reason
ON CONFLICT DO NOTHING
"""


def _gather(batch: Batch) -> None:
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_churn_event")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_churn_event ON COMMIT DROP AS
        SELECT r.*, CASE WHEN appended AND comment IS NOT NULL
                         THEN nextval(pg_get_serial_sequence('customers_text', 'id')) END AS text_id
        FROM (
            SELECT r.id, r.line, r.fresh, r.customer AS customer_id, r."on" AS day, r.comment, n.reason_id,
                   COALESCE(r.competitor, '') AS competitor, COALESCE(r.churn_kind, '') AS churn_kind,
                   CASE WHEN r.fresh THEN {batch.known('r."on"')} ELSE %(today)s END AS known_on,
                   r.fresh OR (l.reason_id, l.competitor, l.churn_kind, l.body) IS DISTINCT FROM
                       (n.reason_id, COALESCE(r.competitor, ''), COALESCE(r.churn_kind, ''), r.comment) AS appended
            FROM {batch.rows} r
            LEFT JOIN LATERAL (SELECT ({REASON}) AS reason_id WHERE r.reason IS NOT NULL) n ON TRUE
            LEFT JOIN LATERAL (
                SELECT e.reason_id, e.competitor, e.churn_kind, t.body FROM churn_churnevent e
                LEFT JOIN customers_text t ON t.id = e.text_id
                WHERE e.customer_id = r.customer AND e.day = r."on" AND NOT r.fresh
                ORDER BY e.known_on DESC, e.id DESC LIMIT 1
            ) l ON TRUE
        ) r
        """
    )


TEXTS: Final = """
INSERT INTO customers_text (id, customer_id, body)
SELECT text_id, customer_id, comment FROM load_churn_event WHERE text_id IS NOT NULL ORDER BY text_id
"""

EVENTS: Final = f"""
INSERT INTO churn_churnevent (uid, customer_id, reason_id, competitor, churn_kind, text_id, day, known_on)
SELECT {UUID7_SQL}, customer_id, reason_id, competitor, churn_kind, text_id, day, known_on
FROM load_churn_event WHERE appended ORDER BY line
"""

CHURN_EVENTS: Final = Noun(
    name="churn_events",
    columns=COLUMNS,
    identity=digest("customer_id", '"on"'),
    external="churn_event",
    table="churn_churnevent",
    once=("customer_id", "on"),
    write=write,
)
