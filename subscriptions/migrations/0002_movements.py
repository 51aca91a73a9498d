from django.db import migrations

TABLE = """
CREATE TABLE subscriptions_mrrmovement (
    ruleset_id bigint NOT NULL REFERENCES subscriptions_ruleset,
    customer_id bigint NOT NULL REFERENCES customers_customer,
    day date NOT NULL,
    known_on date NOT NULL,
    revision smallint NOT NULL DEFAULT 0,
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
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions_mrrmovement
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0001_initial"),
        ("core", "0002_append_only"),
        ("customers", "0002_canonical"),
    ]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE subscriptions_mrrmovement")]
