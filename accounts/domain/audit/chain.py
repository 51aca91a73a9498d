"""Whether the audit log is as it was written: nothing edited, deleted, put in between or cut off at the end."""

from dataclasses import dataclass

from django.db import connection, transaction

from accounts.domain.audit import seals, triggers

BROKEN = """
WITH chained AS (
    SELECT l.number, l.entry_id, l.digest, l.link,
           lag(l.link, 1, '') OVER w AS link_before, lag(l.number, 1, 0::bigint) OVER w AS number_before
    FROM accounts_auditlink l WINDOW w AS (ORDER BY l.number)
), judged AS (
    SELECT c.number, c.entry_id, c.number_before, CASE
        WHEN c.number <> c.number_before + 1 THEN 'deleted_before'
        WHEN e.id IS NULL THEN 'deleted'
        WHEN c.link <> accounts_audit_next(c.link_before, c.number, e, c.digest) THEN 'edited'
        WHEN e.erased_by IS NULL AND c.digest <> accounts_audit_digest(e.salt, e.before, e.after) THEN 'edited'
        WHEN e.erased_by IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM accounts_auditentry g JOIN accounts_auditlink gl ON gl.entry_id = g.id
            WHERE g.id = e.erased_by AND g.action = 'erasure' AND g.after -> 'entries' @> to_jsonb(e.id)) THEN 'blanked'
        END AS wrong
    FROM chained c LEFT JOIN accounts_auditentry e ON e.id = c.entry_id
)
SELECT number, entry_id, wrong FROM judged WHERE wrong IS NOT NULL ORDER BY number LIMIT 1
"""
UNCHAINED = """
SELECT e.id FROM accounts_auditentry e
WHERE NOT EXISTS (SELECT 1 FROM accounts_auditlink l WHERE l.entry_id = e.id) ORDER BY e.id LIMIT 1
"""
END = "SELECT number, link FROM accounts_auditlink ORDER BY number DESC LIMIT 1"
HEAD = "SELECT number, link FROM accounts_audithead WHERE id = 1"
WORDS = {
    "deleted_before": "entries before it were deleted",
    "deleted": "the entry was deleted",
    "edited": "the entry is not as it was written",
    "blanked": "its values were blanked without an erasure",
    "inserted": "the entry was put in past the chain",
    "cut": "entries after it were cut off",
    "sealed": "what was sealed here is something else now",
    "untriggered": "the trigger of a table is missing or off",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``number`` is the place in the chain of the first bad row, ``entry`` its id; ``wrong`` is '' where all holds."""

    entries: int
    seals: int
    wrong: str = ""
    number: int | None = None
    entry: int | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        return not self.wrong

    @property
    def words(self) -> str:
        return WORDS.get(self.wrong, "")


@transaction.atomic
def verify() -> Verdict:
    """Walk the whole chain and compare it with its head, its seals and what was written outside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS accounts_auditentry_chained IMMEDIATE")  # those of this transaction, too
        cursor.execute("SET CONSTRAINTS accounts_auditentry_chained DEFERRED")
    end = _row(END) or (0, "")
    sealed = seals.all_seals()
    return _in_the_chain(end, len(sealed)) or _at_the_end(end, sealed) or _triggers(end, len(sealed))


def _in_the_chain(end: tuple[int, str], sealed: int) -> Verdict | None:
    if found := _row(BROKEN):
        number, entry, wrong = found
        return Verdict(end[0], sealed, wrong, number, entry)
    if found := _row(UNCHAINED):
        return Verdict(end[0], sealed, "inserted", None, found[0])
    return None


def _at_the_end(end: tuple[int, str], sealed: list[seals.Seal]) -> Verdict | None:
    head = _row(HEAD)
    if head is None or tuple(head) != tuple(end):
        return Verdict(
            end[0], len(sealed), "cut", end[0], detail=f"the chain came to {head[0] if head else 'nobody knows'}"
        )
    for seal in sealed:
        if seal.number > end[0]:
            return Verdict(end[0], len(sealed), "cut", end[0], detail=f"the chain came to {seal.number}")
    if bad := seals.first_bad(sealed):
        return Verdict(end[0], len(sealed), "sealed", bad.number, detail=f"sealed {bad.at}")
    return None


def _triggers(end: tuple[int, str], sealed: int) -> Verdict:
    off = triggers.missing()
    return Verdict(end[0], sealed, "untriggered" if off else "", detail=", ".join(off))


def _row(sql: str) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()
