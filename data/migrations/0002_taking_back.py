import django.db.models.deletion
from django.db import migrations, models

# Without keys: they are written once, by the million, and read as a whole.
TABLES = """
CREATE TABLE data_importedusage (
    of_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    feature_id bigint NOT NULL,
    day date NOT NULL,
    known_on date NOT NULL,
    events bigint NOT NULL,
    users bigint,
    errors bigint NOT NULL
);
CREATE INDEX data_importedusage_of ON data_importedusage (of_id);
CREATE TABLE data_importedperson (
    of_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    feature_id bigint,
    person bigint NOT NULL,
    month date NOT NULL,
    known_on date NOT NULL,
    days integer NOT NULL
);
CREATE INDEX data_importedperson_of ON data_importedperson (of_id);
"""
# Usage adds up, and no row can say that another never was: the undo of an import alone takes rows away.
LETS = """
CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' AND TG_TABLE_NAME ~ '^usage_usage'
       AND coalesce(current_setting('holdfast.taking_back', true), '') = 'yes' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;
END $$
"""
LETS_NOT = """
CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;
END $$
"""
ADDED = [
    (
        "pk",
        models.CompositePrimaryKey(
            "of_id", "customer", "known_on", blank=True, editable=False, primary_key=True, serialize=False
        ),
    ),
    ("of_id", models.BigIntegerField()),
    ("customer", models.BigIntegerField(db_column="customer_id")),
    ("known_on", models.DateField()),
]


class Migration(migrations.Migration):
    dependencies = [("data", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ImportedPerson",
            fields=[
                *ADDED,
                ("feature_id", models.BigIntegerField(null=True)),
                ("person", models.BigIntegerField()),
                ("month", models.DateField()),
                ("days", models.IntegerField()),
            ],
            options={"db_table": "data_importedperson", "abstract": False, "managed": False},
        ),
        migrations.CreateModel(
            name="ImportedUsage",
            fields=[
                *ADDED,
                ("feature_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("events", models.BigIntegerField()),
                ("users", models.BigIntegerField(null=True)),
                ("errors", models.BigIntegerField()),
            ],
            options={"db_table": "data_importedusage", "abstract": False, "managed": False},
        ),
        migrations.CreateModel(
            name="ImportedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noun", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField()),
                (
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="data.import",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["of", "noun"], name="data_importedchange_of")]},
        ),
        migrations.RunSQL(TABLES, "DROP TABLE data_importedusage, data_importedperson"),
        migrations.RunSQL(LETS, LETS_NOT),
    ]
