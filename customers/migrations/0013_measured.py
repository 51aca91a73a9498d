from django.db import migrations, models

import customers.models.measured

# The keys that are there get places, and the JSON of each standing becomes an array: numbers as they are, dates as days
# since 1970, yes as 1. Of bands the number among those that there are.
CONVERT = """
    INSERT INTO customers_measureplace (key) SELECT DISTINCT jsonb_object_keys(values) FROM customers_standing ORDER BY 1;
    UPDATE customers_standing s SET measured = ARRAY(
        SELECT CASE jsonb_typeof(v.value)
            WHEN 'number' THEN v.value::float8
            WHEN 'boolean' THEN v.value::boolean::int
            WHEN 'string' THEN CASE WHEN p.key = 'band'
                THEN array_position(ARRAY['good', 'watch', 'risk', 'unknown'], v.value #>> '{}') - 1
                ELSE (v.value #>> '{}')::date - date '1970-01-01' END
            END
        FROM generate_series(1, (SELECT max(id) FROM customers_measureplace)) n
        LEFT JOIN customers_measureplace p ON p.id = n
        LEFT JOIN LATERAL (SELECT s.values -> p.key) v (value) ON TRUE
        ORDER BY n
    ) WHERE s.values <> '{}';
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_books_of_teams")]

    operations = [
        migrations.CreateModel(
            name="MeasurePlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="standing",
            name="measured",
            field=customers.models.measured.MeasuredField(default=dict),
        ),
        migrations.RunSQL(CONVERT, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="standing", name="values"),
    ]
