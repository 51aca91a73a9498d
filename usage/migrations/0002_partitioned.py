from django.db import migrations

# A row still grows on the day it is known on: nothing reads it as of that day or an earlier one. CURRENT_DATE is the
# database's, so the day before is left open, too.
TABLES = """
CREATE TABLE usage_usageday (
    customer_id bigint NOT NULL,
    feature_id bigint NOT NULL,
    day date NOT NULL,
    known_on date NOT NULL,
    events integer NOT NULL,
    users integer,
    errors integer NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, feature_id, day, known_on)
) PARTITION BY RANGE (day);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON usage_usageday
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
CREATE TRIGGER append_only_after_its_day BEFORE UPDATE ON usage_usageday
    FOR EACH ROW WHEN (OLD.known_on < CURRENT_DATE - 1) EXECUTE FUNCTION core_append_only();

CREATE TABLE usage_usageperson (
    customer_id bigint NOT NULL,
    person bigint NOT NULL,
    month date NOT NULL,
    known_on date NOT NULL,
    days integer NOT NULL,
    PRIMARY KEY (customer_id, person, month, known_on)
) PARTITION BY RANGE (month);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON usage_usageperson
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
CREATE TRIGGER append_only_after_its_day BEFORE UPDATE ON usage_usageperson
    FOR EACH ROW WHEN (OLD.known_on < CURRENT_DATE - 1) EXECUTE FUNCTION core_append_only();
"""


def make_the_day_over_all(apps, schema_editor):
    apps.get_model("usage", "Feature").objects.create(key="")


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL(TABLES, "DROP TABLE usage_usageday; DROP TABLE usage_usageperson"),
        migrations.RunPython(make_the_day_over_all, migrations.RunPython.noop),
    ]
