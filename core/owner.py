"""Who owns the tables: where the web signs in to the database with a role of its own, it does not (R34)."""

from django.db import connection


def is_ours(table: str) -> bool:
    """Whether the role that asks owns the table, and so may give it a part. Others call a function of the owner's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = %s::regclass", [table])
        return bool(cursor.fetchone()[0])
