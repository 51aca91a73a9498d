from typing import Final

import pgtrigger

from core.loading import DATE, NUMBER, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.sql import execute

COLUMNS: Final = (
    Column("customer_id", required=True, refers="customer"),
    Column("day", DATE, required=True),
    Column("name", required=True, longest=120),
    Column("score", NUMBER, required=True),
)


def write(batch: Batch) -> Written:
    """Another tool's scores that are new, or another than the one known last for that day."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_score")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_score ON COMMIT DROP AS
        SELECT r.line, r.customer AS customer_id, r.day, r.name, round(r.score, 4) AS score, l.score AS before,
               CASE WHEN l.score IS NULL THEN {batch.known("r.day")} ELSE %(today)s END AS known_on
        FROM {batch.rows} r LEFT JOIN LATERAL (
            SELECT s.score FROM health_foreignscore s
            WHERE s.name = r.name AND s.customer_id = r.customer AND s.day = r.day
            ORDER BY s.known_on DESC, s.id DESC LIMIT 1
        ) l ON TRUE
        """
    )
    ((rows, new, changed),) = batch.fetch(
        "SELECT count(*), count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before <> score)"
        " FROM load_score"
    )
    batch.execute("SELECT set_config('load.scores', COALESCE(max(id), 0)::text, true) FROM health_foreignscore")
    batch.execute(
        "INSERT INTO health_foreignscore (customer_id, day, name, score, known_on)"
        " SELECT customer_id, day, name, score, known_on FROM load_score"
        " WHERE before IS DISTINCT FROM score ORDER BY line"
    )
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


FIRST: Final = "current_setting('load.scores')::bigint"
# A score as it was loaded (b), with what was known before it.
LOADED: Final = f"""
SELECT {{}} FROM health_foreignscore b
JOIN load_score n ON (n.customer_id, n.day, n.name) = (b.customer_id, b.day, b.name)
WHERE b.id > {FIRST} AND n.before IS {{}}
"""
LAST: Final = """
LATERAL (
    SELECT s.score FROM health_foreignscore s
    WHERE (s.name, s.customer_id, s.day) = (b.name, b.customer_id, b.day) ORDER BY s.known_on DESC, s.id DESC LIMIT 1
) l
"""


def take_back(taken: Withdrawal) -> None:
    """No score says that there is none: the rows go."""
    with pgtrigger.ignore("health.ForeignScore:append_only"):
        execute(f"DELETE FROM health_foreignscore WHERE id IN (SELECT id FROM {taken.ids})")


def put_back(taken: Withdrawal) -> None:
    taken.execute(
        f"""
        INSERT INTO health_foreignscore (customer_id, day, name, score, known_on)
        SELECT b.customer_id, b.day, b.name, (i.before ->> 'score')::numeric, %(today)s
        FROM {taken.ids} i JOIN health_foreignscore b USING (id) ORDER BY b.id
        """
    )


CHANGES: Final = Changes(
    made=LOADED.format("b.id, jsonb_build_object('score', n.before), jsonb_build_object('score', b.score)", "NOT NULL"),
    now=f"""
        SELECT b.id, jsonb_build_object('score', l.score), c.name
        FROM IDS i JOIN health_foreignscore b USING (id) JOIN customers_customer c ON c.id = b.customer_id, {LAST}
    """,
    put_back=put_back,
)

SCORES: Final = Noun(
    name="scores",
    columns=COLUMNS,
    once=("customer_id", "day", "name"),
    write=write,
    take_back=take_back,
    brought=LOADED.format("b.id", "NULL"),
    changes=CHANGES,
)
