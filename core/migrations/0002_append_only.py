from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;
            END $$
            """,
            "DROP FUNCTION core_append_only()",
        )
    ]
