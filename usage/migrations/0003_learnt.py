from django.db import migrations

BRIN = "USING brin (known_on) WITH (autosummarize = on)"
WITHOUT = """
    SELECT p.inhrelid::regclass::text FROM pg_inherits p
    WHERE p.inhparent = 'usage_usageday'::regclass AND NOT EXISTS (
        SELECT FROM pg_inherits i JOIN pg_index k ON k.indexrelid = i.inhrelid
        WHERE i.inhparent = 'usage_usageday_learnt'::regclass AND k.indrelid = p.inhrelid
    )
    ORDER BY 1
"""


def index_what_is_known(apps, schema_editor):
    """By it a night finds what was learnt since, however far back its day. Nobody waits; what was cut off is redone."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS usage_usageday_learnt ON ONLY usage_usageday {BRIN}")
        cursor.execute(WITHOUT)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX IF EXISTS {name}_learnt")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {name}_learnt ON {name} {BRIN}")
            cursor.execute(f"ALTER INDEX usage_usageday_learnt ATTACH PARTITION {name}_learnt")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usage", "0002_planted")]

    operations = [migrations.RunPython(index_what_is_known, migrations.RunPython.noop)]
