from django.db import migrations, models

# Days that a person turned out not to have used a feature, since its rules are others by now. What was known last
# counts, day by day: ``usage_days`` folds the rows in the order in which they came to be known.
TAKEN = """
ALTER TABLE usage_usagefeatureperson ADD COLUMN taken integer NOT NULL DEFAULT 0;
CREATE FUNCTION usage_days_next(so_far integer, days integer, taken integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (so_far & ~taken) | days;
CREATE AGGREGATE usage_days(integer, integer) (SFUNC = usage_days_next, STYPE = integer, INITCOND = '0');
"""
BACK = """
DROP AGGREGATE usage_days(integer, integer);
DROP FUNCTION usage_days_next(integer, integer, integer);
ALTER TABLE usage_usagefeatureperson DROP COLUMN taken;
"""


class Migration(migrations.Migration):
    dependencies = [("usage", "0004_silence")]

    operations = [
        migrations.RunSQL(
            TAKEN,
            BACK,
            state_operations=[
                migrations.AddField("usagefeatureperson", "taken", models.IntegerField(default=0)),
            ],
        ),
    ]
