from django.db import migrations

TABLES = ("usage_usageperson", "usage_usagefeatureperson")
SET = """
CREATE OR REPLACE TRIGGER append_only_after_its_day BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.known_on < CURRENT_DATE - 1{but}) EXECUTE FUNCTION core_append_only();
"""
# An erasure may put another number in a person's place, and change nothing else.
BUT = (
    " AND NOT (coalesce(current_setting('holdfast.erasing', true), '') = 'yes'"
    " AND to_jsonb(OLD) - 'person' = to_jsonb(NEW) - 'person')"
)


class Migration(migrations.Migration):
    dependencies = [("usage", "0007_kept")]

    operations = [
        migrations.RunSQL(
            "".join(SET.format(table=table, but=BUT) for table in TABLES),
            "".join(SET.format(table=table, but="") for table in TABLES),
        )
    ]
