from typing import Final

from django.utils.translation import gettext_lazy as _

from core.ids import UUID7_SQL
from core.loading import DATE, EMAIL, LANGUAGE, ZONE, Batch, Changes, Column, Noun, Withdrawal, Written
from core.loading.noun import Condition, as_object, known_otherwise
from customers.models import ContactRole

COLUMNS: Final = (
    Column("contact_id", required=True),
    Column("customer_id", required=True, refers="customer"),
    Column("name"),
    Column("email", EMAIL),
    Column("role", choices=tuple(ContactRole.values), also=(("decider", "decision_maker"), ("admin", "user"))),
    Column("language", LANGUAGE),
    Column("time_zone", ZONE),
    Column("left_on", DATE),
)

LATEST: Final = ("name", "email", "role", "language", "time_zone", "left_on")

MOVED: Final = known_otherwise("contact", "customers_contact", ("customer_id", "customer"))


def write(batch: Batch) -> Written:
    """New contacts, the latest values of known ones, and a fact for each role, leaving and coming back."""
    _gather(batch)
    new = batch.execute(INSERT)
    batch.execute(_facts(batch))
    batch.execute(ENTRIES)
    changed = batch.execute(UPDATE)
    ((rows,),) = batch.fetch("SELECT count(*) FROM load_contact")
    return Written(new=new, changed=changed, unchanged=rows - new - changed)


def _gather(batch: Batch) -> None:
    texts = ", ".join(
        f"COALESCE({'r' if one in batch.given else 'c'}.{one}, '') AS {one}"
        for one in ("name", "email", "language", "time_zone")
    )
    role = "COALESCE(r.role, 'user')" if "role" in batch.given else "COALESCE(c.role, 'user')"
    left = "r.left_on" if "left_on" in batch.given else "c.left_on"
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_contact")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_contact ON COMMIT DROP AS
        SELECT r.id, r.line, r.fresh, r.customer AS customer_id, {texts}, {role} AS role, {left} AS left_on,
               c.role AS role_before, c.left_on AS left_before, o.created_on, {as_object("c", *LATEST)} AS was
        FROM {batch.rows} r JOIN customers_customer o ON o.id = r.customer
        LEFT JOIN customers_contact c ON c.id = r.id AND NOT r.fresh
        """
    )


INSERT: Final = f"""
INSERT INTO customers_contact (id, uid, customer_id, name, email, role, consent, language, time_zone, left_on)
SELECT id, {UUID7_SQL}, customer_id, name, email, role, 'unknown', language, time_zone, left_on
FROM load_contact WHERE fresh ORDER BY line
"""

UPDATE: Final = f"""
UPDATE customers_contact c SET {", ".join(f"{one} = n.{one}" for one in LATEST)}
FROM load_contact n
WHERE n.id = c.id
  AND ({", ".join(f"c.{one}" for one in LATEST)}) IS DISTINCT FROM ({", ".join(f"n.{one}" for one in LATEST)})
"""


def _facts(batch: Batch | Withdrawal) -> str:
    """A contact has no date of its own: a load of history takes them as there from the customer's first day."""
    known_left = batch.known("GREATEST(left_on, created_on)")
    return f"""
        INSERT INTO customers_contactchange (contact_id, customer_id, role, "left", day, known_on)
        SELECT id, customer_id, role, is_left, day, known_on FROM (
            SELECT id, customer_id, role, FALSE AS is_left, LEAST(created_on, %(today)s) AS day,
                   {batch.known("created_on")} AS known_on
            FROM load_contact WHERE fresh AND (left_on IS NULL OR left_on > created_on)
            UNION ALL
            SELECT id, customer_id, role, TRUE, left_on, {known_left}
            FROM load_contact WHERE fresh AND left_on IS NOT NULL
            UNION ALL
            SELECT id, customer_id, role, left_on IS NOT NULL,
                   CASE WHEN left_on IS DISTINCT FROM left_before THEN COALESCE(left_on, %(today)s) ELSE %(today)s END,
                   %(today)s
            FROM load_contact
            WHERE NOT fresh AND (role, left_on) IS DISTINCT FROM (role_before, left_before)
        ) f ORDER BY id, is_left
    """


ENTRIES: Final = f"""
INSERT INTO customers_timelineentry (uid, customer_id, at, known_on, kind, values)
SELECT {UUID7_SQL}, customer_id, COALESCE(left_on::timestamptz, %(now)s),
       LEAST(COALESCE(left_on, %(today)s), %(today)s),
       CASE WHEN left_on IS NULL THEN 'contact_role' ELSE 'contact_left' END,
       jsonb_strip_nulls(jsonb_build_object('contact', id, 'role', role, 'left_on', left_on))
FROM load_contact
WHERE left_on IS DISTINCT FROM left_before OR (NOT fresh AND role IS DISTINCT FROM role_before)
ORDER BY id
"""


def take_back(taken: Withdrawal) -> None:
    """They have left, on the day they came: nobody counts them or writes to them."""
    taken.execute(
        f"""
        INSERT INTO customers_contactchange (contact_id, customer_id, role, "left", day, known_on)
        SELECT DISTINCT ON (c.contact_id, c.known_on) c.contact_id, c.customer_id, c.role, TRUE, c.day,
               {taken.known("c.known_on")}
        FROM customers_contactchange c JOIN {taken.ids} t ON t.id = c.contact_id
        ORDER BY c.contact_id, c.known_on, c.id DESC
        """
    )
    taken.execute(
        f"UPDATE customers_contact c SET left_on = COALESCE(c.left_on, %(today)s) FROM {taken.ids} t WHERE t.id = c.id"
    )


AS_BEFORE: Final = f"""
CREATE TEMP TABLE load_contact ON COMMIT DROP AS
SELECT c.id, FALSE AS fresh, c.customer_id, {", ".join(f"n.{one}" for one in LATEST)},
       c.role AS role_before, c.left_on AS left_before, o.created_on
FROM IDS b JOIN customers_contact c USING (id) JOIN customers_customer o ON o.id = c.customer_id,
LATERAL jsonb_populate_record(c, b.before) n
"""


def put_back(taken: Withdrawal) -> None:
    taken.execute("DROP TABLE IF EXISTS pg_temp.load_contact")
    taken.execute(AS_BEFORE.replace("IDS", taken.ids))
    for statement in (_facts(taken), ENTRIES, UPDATE):
        taken.execute(statement)


CHANGES: Final = Changes(
    made=f"SELECT id, was, {as_object('n', *LATEST)} FROM load_contact n WHERE NOT fresh",
    now=f"SELECT c.id, {as_object('c', *LATEST)}, COALESCE(NULLIF(c.name, ''), c.email)"
    " FROM customers_contact c JOIN IDS i USING (id)",
    put_back=put_back,
)

CONTACTS: Final = Noun(
    name="contacts",
    columns=COLUMNS,
    identity="contact_id",
    external="contact",
    table="customers_contact",
    once=("contact_id",),
    conditions=(
        Condition("name", "required", "name IS NULL AND email IS NULL", _("Give a name or an e-mail address.")),
        Condition("customer_id", "known", MOVED, _("The contact is known at another customer.")),
    ),
    write=write,
    take_back=take_back,
    changes=CHANGES,
)
