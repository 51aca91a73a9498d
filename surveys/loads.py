from typing import Final

from django.utils.translation import gettext_lazy as _

from core.ids import UUID7_SQL
from core.loading import INSTANT, INTEGER, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import Condition, as_object, digest
from customers.loads.people import OTHER_CUSTOMER

COLUMNS: Final = (
    Column("survey", required=True, longest=120),
    Column("contact_id", refers="contact"),
    Column("customer_id", refers="customer"),
    Column("sent_at", INSTANT),
    Column("answered_at", INSTANT),
    Column("score", INTEGER, least=0, most=10),
    Column("comment", longest=100_000),
)


def write(batch: Batch) -> Written:
    """Invitations, and answers that are new or another than before. What was only sent is not answered yet."""
    batch.execute(SURVEYS.replace("ROWS", batch.rows))
    _gather(batch)
    sent = batch.execute(INVITATIONS)
    batch.execute(TEXTS)
    batch.execute("SELECT set_config('load.responses', COALESCE(max(id), 0)::text, true) FROM surveys_response")
    answered = batch.execute(ANSWERS)
    batch.execute(ENTRIES)
    ((rows, new),) = batch.fetch("SELECT count(*), count(*) FILTER (WHERE fresh) FROM load_response")
    changed = answered - batch.fetch("SELECT count(*) FROM load_response WHERE fresh AND appended")[0][0]
    return Written(new=new, changed=changed, unchanged=rows - new - changed, notes=_notes(sent, answered))


def _notes(sent: int, answered: int) -> list[str]:
    if not sent and not answered:
        return []
    return [_("%(sent)s invitations, %(answered)s answers.") % {"sent": f"{sent:,}", "answered": f"{answered:,}"}]


# The kind of a survey stands in its name, or it is an NPS.
SURVEYS: Final = f"""
INSERT INTO surveys_survey (uid, name, kind)
SELECT {UUID7_SQL}, r.survey, CASE WHEN lower(r.survey) LIKE '%%csat%%' THEN 'csat'
                                   WHEN lower(r.survey) ~ '\\mces\\M' THEN 'ces' ELSE 'nps' END
FROM (SELECT DISTINCT survey FROM ROWS) r ORDER BY r.survey
ON CONFLICT DO NOTHING
"""


def _gather(batch: Batch) -> None:
    """Every row with its invitation's last known answer. Without ``sent_at``, an answer is known by all it says."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_response")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_response ON COMMIT DROP AS
        SELECT r.*, CASE WHEN appended AND comment IS NOT NULL
                         THEN nextval(pg_get_serial_sequence('customers_text', 'id')) END AS text_id
        FROM (
            SELECT r.id, r.line, r.fresh, r.survey, s.id AS survey_id,
                   COALESCE(r.customer, c.customer_id) AS customer_id, r.contact AS contact_id,
                   r.sent_at, r.answered_at, r.score, r.comment, l.id AS last_id,
                   {batch.known("r.sent_at::date")} AS sent_known_on,
                   CASE WHEN l.id IS NULL THEN {batch.known("r.answered_at::date")} ELSE %(today)s END AS known_on,
                   r.answered_at IS NOT NULL AND (r.fresh OR (r.sent_at IS NOT NULL AND
                       (l.answered_at, l.score, l.body) IS DISTINCT FROM (r.answered_at, r.score, r.comment)))
                       AS appended
            FROM {batch.rows} r JOIN surveys_survey s ON s.name = r.survey
            LEFT JOIN customers_contact c ON c.id = r.contact
            LEFT JOIN LATERAL (
                SELECT a.id, a.answered_at, a.score::integer AS score, t.body FROM surveys_response a
                LEFT JOIN customers_text t ON t.id = a.text_id
                WHERE a.invitation_id = r.id AND r.sent_at IS NOT NULL AND NOT r.fresh
                ORDER BY a.known_on DESC, a.id DESC LIMIT 1
            ) l ON TRUE
        ) r
        """
    )


INVITATIONS: Final = f"""
INSERT INTO surveys_invitation (id, uid, survey_id, customer_id, contact_id, sent_at, day, known_on)
SELECT id, {UUID7_SQL}, survey_id, customer_id, contact_id, sent_at, sent_at::date, sent_known_on
FROM load_response WHERE fresh AND sent_at IS NOT NULL ORDER BY line
"""

TEXTS: Final = """
INSERT INTO customers_text (id, customer_id, contact_id, body)
SELECT text_id, customer_id, contact_id, comment FROM load_response WHERE text_id IS NOT NULL ORDER BY text_id
"""

ANSWERS: Final = f"""
INSERT INTO surveys_response (uid, survey_id, invitation_id, customer_id, contact_id, answered_at, score, channel,
                              text_id, day, known_on)
SELECT {UUID7_SQL}, survey_id, CASE WHEN sent_at IS NOT NULL THEN id END, customer_id, contact_id, answered_at, score,
       'programme', text_id, answered_at::date, known_on
FROM load_response WHERE appended ORDER BY line
"""

ENTRIES: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values, text_id)
SELECT {UUID7_SQL}, customer_id, answered_at, known_on, 'survey_answered',
       jsonb_build_object('survey', survey, 'score', score, 'contact', contact_id), text_id
FROM load_response WHERE appended AND customer_id IS NOT NULL ORDER BY line
"""

# Those that this transaction wrote: an answer without an invitation has no other name.
OURS: Final = "a.tx = pg_current_xact_id()::text::bigint AND a.id > current_setting('load.responses')::bigint"
AGAIN: Final = "load_response r WHERE r.id = a.invitation_id AND r.last_id IS NOT NULL"
BROUGHT: Final = f"SELECT a.id FROM surveys_response a WHERE {OURS} AND NOT EXISTS (SELECT FROM {AGAIN})"


def take_back(taken: Withdrawal) -> None:
    """They are withdrawn and count nowhere."""
    taken.execute(
        f"""
        INSERT INTO surveys_response (uid, survey_id, invitation_id, customer_id, contact_id, answered_at, score,
                                      channel, amends_id, withdrawn, day, known_on)
        SELECT {UUID7_SQL}, r.survey_id, r.invitation_id, r.customer_id, r.contact_id, r.answered_at, r.score,
               r.channel, CASE WHEN r.invitation_id IS NULL THEN r.id END, TRUE, r.day, {taken.known("r.known_on")}
        FROM surveys_response r JOIN {taken.ids} t ON t.id = r.id
        WHERE NOT EXISTS (SELECT FROM surveys_response a WHERE a.amends_id = r.id)
        ORDER BY r.id
        """
    )


VALUES: Final = ("score", "answered_at", "text_id", "withdrawn")
COPIED: Final = "survey_id, invitation_id, customer_id, contact_id, link_id, channel, day"


def _last(answer: str) -> str:
    """The answer to the same invitation that is known last."""
    return f"""LATERAL (
        SELECT s FROM surveys_response s WHERE s.invitation_id = {answer}.invitation_id
        ORDER BY s.known_on DESC, s.id DESC LIMIT 1
    )"""


def put_back(taken: Withdrawal) -> None:
    """What was answered before is the answer again."""
    values = ", ".join(f"n.{one}" for one in VALUES)
    copied = ", ".join(f"(l.s).{one.strip()}" for one in COPIED.split(","))
    taken.execute(
        f"""
        INSERT INTO surveys_response (uid, {COPIED}, {", ".join(VALUES)}, known_on)
        SELECT {UUID7_SQL}, {copied}, {values}, %(today)s
        FROM {taken.ids} b JOIN surveys_response a USING (id), {_last("a")} l,
        LATERAL jsonb_populate_record(l.s, b.before) n ORDER BY b.id
        """
    )


CHANGES: Final = Changes(
    made=f"""
        SELECT a.id, {as_object("w", *VALUES)}, {as_object("a", *VALUES)}
        FROM surveys_response a JOIN load_response r ON r.id = a.invitation_id AND r.appended
        JOIN surveys_response w ON w.id = r.last_id WHERE {OURS}
    """,
    now=f"""
        SELECT a.id, {as_object("(l.s)", *VALUES)}, COALESCE(NULLIF(c.name, ''), c.email, o.name)
        FROM IDS i JOIN surveys_response a USING (id) LEFT JOIN customers_contact c ON c.id = a.contact_id
        LEFT JOIN customers_customer o ON o.id = a.customer_id, {_last("a")} l
    """,
    put_back=put_back,
)

RESPONSES: Final = Noun(
    name="responses",
    columns=COLUMNS,
    identity=digest(
        "survey",
        "contact_id",
        "customer_id",
        "COALESCE(sent_at, answered_at)",
        "CASE WHEN sent_at IS NULL THEN score END",
        "CASE WHEN sent_at IS NULL THEN comment END",
    ),
    external="response",
    table="surveys_invitation",
    once=("survey", "contact_id", "customer_id", "sent_at", "answered_at"),
    conditions=(
        Condition(
            "sent_at", "required", "sent_at IS NULL AND answered_at IS NULL", _("Say when it was sent or answered.")
        ),
        Condition("score", "required", "answered_at IS NOT NULL AND score IS NULL", _("An answer needs its score.")),
        Condition(
            "answered_at", "required", "answered_at IS NULL AND score IS NOT NULL", _("Say when it was answered.")
        ),
        Condition("answered_at", "order", "answered_at < sent_at", _("Is before it was sent.")),
        Condition(
            "customer_id",
            "required",
            "sent_at IS NOT NULL AND customer IS NULL AND contact IS NULL",
            _("Say who was asked."),
        ),
        Condition("contact_id", "other_customer", OTHER_CUSTOMER, _("The contact is another customer's.")),
    ),
    write=write,
    take_back=take_back,
    brought=BROUGHT,
    changes=CHANGES,
)
