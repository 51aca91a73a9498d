from typing import Final

from django.utils.translation import gettext_lazy, ngettext

from core.ids import UUID7_SQL
from core.loading import COUNTRY, DATE, EMAIL, INTEGER, LANGUAGE, ZONE, Batch, Column, Noun, Withdrawal, Written
from core.loading.sql import literal
from customers.domain import customers
from customers.domain.history import LAZY, TRACKED
from customers.loads import attributes, customers_back
from customers.loads.attributes import Own
from customers.loads.customer_sql import CHANGES, CREATED, FACTS, FORMER, OWNERS, ROLES, STAGES, TEXTS, UPDATE
from customers.models import Attribute

COLUMNS: Final = (
    Column("customer_id", required=True),
    Column("name", required=True),
    Column("domain"),
    Column("industry", longest=80),
    Column("country", COUNTRY),
    Column("employees", INTEGER, least=0),
    Column("stage", longest=40),
    Column("owner_email", EMAIL),
    Column("created_on", DATE),
    Column("language", LANGUAGE),
    Column("time_zone", ZONE),
    Column("parent_id"),
)


def check(batch: Batch) -> None:
    attributes.check(batch)
    if "parent_id" in batch.given:
        _check_parents(batch)


def _check_parents(batch: Batch) -> None:
    batch.refuse(
        field="parent_id",
        rule="unknown",
        message=gettext_lazy("There is no such customer."),
        lines=f"""
            SELECT line, parent_id, NULL FROM {batch.rows} r WHERE parent_id IS NOT NULL
              AND NOT EXISTS (SELECT FROM {batch.cells} c WHERE c.customer_id = r.parent_id)
              AND NOT EXISTS (SELECT FROM core_externalid x WHERE x.source_id = %(source)s
                              AND x.noun = 'customer' AND x.value = r.parent_id)
        """,
    )
    batch.refuse(
        field="parent_id",
        rule="parent",
        message=gettext_lazy("A customer can't be its own parent."),
        lines=f"SELECT line, parent_id, NULL FROM {batch.rows} WHERE parent_id = customer_id",
    )
    batch.refuse(
        field="parent_id",
        rule="circle",
        message=gettext_lazy("The parents lead back to the customer itself."),
        lines=CIRCLES.format(rows=batch.rows),
    )


# Up from each row of the file, by the file where it names the parent, else by what is known already.
CIRCLES: Final = """
    WITH RECURSIVE step AS (
        SELECT r.line, r.customer_id AS child, r.parent_id AS parent FROM {rows} r WHERE r.parent_id <> r.customer_id
        UNION ALL
        SELECT NULL, child.value, parent.value FROM customers_customer c
        JOIN core_externalid child ON child.source_id = %(source)s AND child.noun = 'customer'
                                  AND child.object_id = c.id
        JOIN core_externalid parent ON parent.source_id = %(source)s AND parent.noun = 'customer'
                                   AND parent.object_id = c.parent_id
        WHERE NOT EXISTS (SELECT FROM {rows} r WHERE r.customer_id = child.value)
    ), way AS (
        SELECT line, child AS origin, parent AS reached FROM step WHERE line IS NOT NULL
        UNION
        SELECT way.line, way.origin, step.parent FROM way JOIN step ON step.child = way.reached
    )
    SELECT line, reached, NULL FROM way WHERE reached = origin
"""


def write(batch: Batch) -> Written:
    """New customers, the latest values of known ones, and each value that is another than before as a fact."""
    found = attributes.owns(batch)
    notes = attributes.define(found)
    _gather(batch, found)
    new = batch.execute(INSERT)
    _gather_changes(batch, found)
    changed = batch.execute(UPDATE)
    for statement in (FORMER, FACTS, ROLES, CREATED, STAGES, OWNERS, CHANGES):
        batch.execute(statement)
    ((rows,),) = batch.fetch("SELECT count(*) FROM load_customer")
    return Written(new=new, changed=changed, unchanged=rows - new - changed, notes=notes + _strangers(batch))


def _gather(batch: Batch, found: list[Own]) -> None:
    """Every customer of the file with the values it is to have: what the file has no column for stays."""
    texts = ", ".join(f"COALESCE({'r' if one in batch.given else 'c'}.{one}, '') AS {one}" for one in TEXTS)
    employees = "r" if "employees" in batch.given else "c"
    parent = "p.object_id" if "parent_id" in batch.given else "c.parent_id"
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_customer")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_customer ON COMMIT DROP AS
        SELECT r.id, r.line, r.fresh, r.name, {texts}, {employees}.employees, {parent} AS parent_id,
               COALESCE(u.id, c.owner_id) AS owner_id,
               CASE WHEN u.id <> COALESCE(c.owner_id, 0) THEN u.team_id ELSE c.team_id END AS team_id,
               COALESCE(u.id <> COALESCE(c.owner_id, 0), FALSE) AS moved,
               COALESCE(r.created_on, c.created_on, %(today)s) AS created_on,
               c.owner_id AS owner_before, c.team_id AS team_before, c.created_on AS created_before,
               COALESCE(c.known_on, {batch.known("COALESCE(r.created_on, %(today)s)")}) AS known_on,
               jsonb_strip_nulls(COALESCE(c.attributes, '{{}}') || {_emptied(found)} || {attributes.as_json(found)})
                   AS attributes
        FROM {batch.rows} r
        LEFT JOIN customers_customer c ON c.id = r.id AND NOT r.fresh
        LEFT JOIN core_externalid p ON p.source_id = %(source)s AND p.noun = 'customer' AND p.value = r.parent_id
        LEFT JOIN (
            SELECT o.id, lower(o.email) AS email,
                   (SELECT min(t.team_id) FROM accounts_user_teams t WHERE t.user_id = o.id) AS team_id
            FROM accounts_user o
        ) u ON u.email = r.owner_email
        """
    )


def _emptied(found: list[Own]) -> str:
    return f"{literal(_nulls(found))}::jsonb"


def _nulls(found: list[Own]) -> str:
    return "{" + ", ".join(f'"{own.key}": null' for own in found) + "}"


INSERT: Final = f"""
INSERT INTO customers_customer (
    id, uid, name, domain, industry, country, employees, stage, language, time_zone, owner_id, team_id, parent_id,
    created_on, known_on, attributes, version)
SELECT id, {UUID7_SQL}, name, domain, industry, country, employees, stage, language, time_zone, owner_id, team_id,
       parent_id, created_on, known_on, attributes, 1
FROM load_customer WHERE fresh ORDER BY line
"""


def _gather_changes(batch: Batch, found: list[Own]) -> None:
    """Each value that is another than the one before, with what it was. Of new customers, every value they have."""
    fresh = "CASE WHEN n.fresh THEN NULL ELSE"
    built_in = [
        f"({literal(key)}, '', {_nature(batch, key)},"
        f" {fresh} to_jsonb(c.{_column(key)}) END, to_jsonb(n.{_column(key)}))"
        for key in (*TRACKED, *LAZY)
    ]
    own = [
        f"({literal(one.key)}, {literal(one.label)}, {literal(one.nature)},"
        f" {fresh} c.attributes -> {literal(one.key)} END, n.attributes -> {literal(one.key)})"
        for one in found
    ]
    batch.execute("DROP TABLE IF EXISTS pg_temp.load_customer_change")
    batch.execute(
        f"""
        CREATE TEMP TABLE load_customer_change ON COMMIT DROP AS
        SELECT n.id, n.fresh, n.created_on, n.known_on, v.*, v.key IN ({", ".join(map(literal, LAZY))}) AS lazy
        FROM load_customer n JOIN customers_customer c USING (id),
        LATERAL (VALUES {", ".join([*built_in, *own])}) v (key, label, nature, before, after)
        WHERE v.before IS DISTINCT FROM v.after
          AND NOT (n.fresh AND (v.after IS NULL OR v.after = '""' OR v.key IN ({", ".join(map(literal, LAZY))})))
        """
    )


def _column(key: str) -> str:
    return "parent_id" if key == "parent" else key


def _nature(batch: Batch, key: str) -> str:
    return literal(batch.natures.get(key, Attribute.Nature.CHANGING))


def _strangers(batch: Batch) -> list[str]:
    rows = batch.fetch(
        f"SELECT r.owner_email, count(*) FROM {batch.rows} r WHERE r.owner_email IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM accounts_user u WHERE lower(u.email) = r.owner_email)"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    if not rows:
        return []
    count = sum(number for _email, number in rows)
    told = {"count": count, "emails": ", ".join(email for email, _number in rows[:3])}
    return [
        ngettext(
            "owner_email is nobody's here (%(emails)s …): %(count)s customer has no owner.",
            "owner_email is nobody's here (%(emails)s …): %(count)s customers have no owner.",
            count,
        )
        % told
    ]


def take_back(taken: Withdrawal) -> None:
    """They are archived: hidden from lists and the queue."""
    customers.archive(customers=[one for (one,) in taken.fetch(f"SELECT id FROM {taken.ids}")], by=None, at=taken.at)


CUSTOMERS: Final = Noun(
    name="customers",
    columns=COLUMNS,
    identity="customer_id",
    external="customer",
    table="customers_customer",
    once=("customer_id",),
    check=check,
    write=write,
    open=True,
    take_back=take_back,
    changes=customers_back.CHANGES,
)
