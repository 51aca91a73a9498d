from django.db import migrations

# No foreign keys: a movement's customer and ruleset come from the versions and the ruleset it is computed of, and
# checking a million of them again would cost more than computing them.
TABLE = """
CREATE TABLE subscriptions_mrrmovement (
    ruleset_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    day date NOT NULL,
    known_on date NOT NULL,
    revision smallint NOT NULL DEFAULT 0,
    replaces boolean NOT NULL DEFAULT false,
    kind varchar(12) NOT NULL,
    before numeric(18, 6) NOT NULL,
    after numeric(18, 6) NOT NULL,
    fx numeric(18, 6) NOT NULL DEFAULT 0,
    price numeric(18, 6) NOT NULL DEFAULT 0,
    seats numeric(18, 6) NOT NULL DEFAULT 0,
    plan_change numeric(18, 6) NOT NULL DEFAULT 0,
    cross_sell numeric(18, 6) NOT NULL DEFAULT 0,
    discount numeric(18, 6) NOT NULL DEFAULT 0,
    churn_kind varchar(11) NOT NULL DEFAULT '',
    versions bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (ruleset_id, customer_id, day, known_on, revision),
    CHECK (before >= 0 AND after >= 0),
    CHECK (after - before = price + seats + plan_change + cross_sell + discount)
) PARTITION BY LIST (ruleset_id);
CREATE INDEX subscriptions_mrrmovement_replaces
    ON subscriptions_mrrmovement (ruleset_id, customer_id, day) WHERE replaces;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions_mrrmovement
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
"""

# round() takes ties away from zero; money is rounded half-even.
HALF_EVEN = """
CREATE FUNCTION subscriptions_half_even(value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    round(value, 6) - CASE
        WHEN abs(value - trunc(value, 6)) = 0.0000005 AND mod(round(value, 6) * 1000000, 2) <> 0
        THEN sign(value) * 0.000001 ELSE 0 END;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0001_initial"),
        ("core", "0002_append_only"),
        ("customers", "0002_canonical"),
    ]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE subscriptions_mrrmovement"),
        migrations.RunSQL(HALF_EVEN, "DROP FUNCTION subscriptions_half_even(numeric)"),
    ]
