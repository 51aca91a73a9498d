from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.ids import UUID7_SQL
from core.loading import EMAIL, INSTANT, YES_NO, Batch, Column, Noun, Withdrawal, Written
from core.loading.noun import Condition, digest
from customers.loads.people import OTHER_CUSTOMER
from customers.models import Touchpoint

COLUMNS: Final = (
    Column("customer_id", required=True, refers="customer"),
    Column("at", INSTANT, required=True),
    Column("kind", required=True, choices=tuple(Touchpoint.Kind.values), also=(("email", "mail"), ("e_mail", "mail"))),
    Column("two_way", YES_NO),
    Column("by_email", EMAIL),
    Column("contact_id", refers="contact"),
    Column("text", longest=100_000),
)


def write(batch: Batch) -> Written:
    """Touchpoints that are not there yet. One without an id is known by all that is said of it."""
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_touchpoint")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_touchpoint ON COMMIT DROP AS
        SELECT DISTINCT ON (r.id) r.*, u.id AS by_id, r.at::date AS day, {batch.known("r.at::date")} AS known_on,
               CASE WHEN r.text IS NOT NULL THEN nextval(pg_get_serial_sequence('customers_text', 'id')) END AS text_id
        FROM {batch.rows} r LEFT JOIN accounts_user u ON lower(u.email) = r.by_email
        WHERE r.fresh ORDER BY r.id, r.line
        """
    )
    batch.execute(TEXTS)
    new = batch.execute(INSERT)
    batch.execute(ENTRIES)
    ((rows, ids),) = batch.fetch(f"SELECT count(*), count(DISTINCT id) FROM {batch.rows}")
    return Written(new=new, unchanged=rows - new, notes=[*_repeated(rows - ids)])


TEXTS: Final = """
INSERT INTO customers_text (id, customer_id, contact_id, body)
SELECT text_id, customer, contact, text FROM load_touchpoint WHERE text_id IS NOT NULL ORDER BY text_id
"""

INSERT: Final = f"""
INSERT INTO customers_touchpoint (id, uid, customer_id, contact_id, by_id, at, day, known_on, kind, two_way, text_id)
SELECT id, {UUID7_SQL}, customer, contact, by_id, at, day, known_on, kind, COALESCE(two_way, FALSE), text_id
FROM load_touchpoint ORDER BY line
"""

ENTRIES: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values, text_id, by_id)
SELECT {UUID7_SQL}, customer, at, known_on, 'touchpoint',
       jsonb_build_object('kind', kind, 'two_way', COALESCE(two_way, FALSE), 'contact', contact), text_id, by_id
FROM load_touchpoint ORDER BY line
"""


def _repeated(count: int) -> list[str]:
    if not count:
        return []
    return [
        ngettext(
            "%(count)s row says word for word what another one says: taken once.",
            "%(count)s rows say word for word what another one says: taken once.",
            count,
        )
        % {"count": count}
    ]


def take_back(taken: Withdrawal) -> None:
    taken.execute(
        f"""
        INSERT INTO customers_touchpointtakenback (touchpoint_id, by_id, day, known_on)
        SELECT p.id, %(by)s, p.day, {taken.known("p.known_on")}
        FROM customers_touchpoint p JOIN {taken.ids} t ON t.id = p.id
        ON CONFLICT DO NOTHING
        """
    )


TOUCHPOINTS: Final = Noun(
    name="touchpoints",
    columns=COLUMNS,
    identity=digest("customer_id", "at", "kind", "COALESCE(two_way, FALSE)", "by_email", "contact_id", "text"),
    external="touchpoint",
    table="customers_touchpoint",
    conditions=(Condition("contact_id", "other_customer", OTHER_CUSTOMER, _("The contact is another customer's.")),),
    write=write,
    take_back=take_back,
)
