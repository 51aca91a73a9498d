from django.db import migrations

# Nothing of its own: what versions and movements say of each customer, packed for reports. It is written over and
# built again. ``changed_in`` tells a reader what it has not seen yet; ``stale_on`` is the first day on which more
# will be known of the customer.
TABLES = """
CREATE TABLE subscriptions_curve (
    ruleset_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    levels bytea NOT NULL,
    moves bytea NOT NULL,
    stale_on date,
    changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (ruleset_id, customer_id)
);
CREATE INDEX subscriptions_curve_changed ON subscriptions_curve (ruleset_id, changed_in);
CREATE INDEX subscriptions_curve_stale ON subscriptions_curve (ruleset_id, stale_on) WHERE stale_on IS NOT NULL;
CREATE TABLE subscriptions_curvestate (
    ruleset_id bigint PRIMARY KEY,
    marked_in xid8 NOT NULL DEFAULT pg_current_xact_id()
);
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0003_fewer_indexes")]

    operations = [migrations.RunSQL(TABLES, "DROP TABLE subscriptions_curve, subscriptions_curvestate")]
