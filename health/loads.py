from typing import Final

from core.loading import DATE, NUMBER, Batch, Column, Noun, Written

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
    batch.execute(
        "INSERT INTO health_foreignscore (customer_id, day, name, score, known_on)"
        " SELECT customer_id, day, name, score, known_on FROM load_score"
        " WHERE before IS DISTINCT FROM score ORDER BY line"
    )
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


SCORES: Final = Noun(name="scores", columns=COLUMNS, once=("customer_id", "day", "name"), write=write)
