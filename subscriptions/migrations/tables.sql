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
    kept boolean NOT NULL DEFAULT false,
    PRIMARY KEY (ruleset_id, customer_id, day, known_on, revision),
    CHECK (before >= 0 AND after >= 0),
    CHECK (after - before = price + seats + plan_change + cross_sell + discount)
) PARTITION BY LIST (ruleset_id);
CREATE INDEX subscriptions_mrrmovement_replaces
    ON subscriptions_mrrmovement (ruleset_id, customer_id, day) WHERE replaces;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions_mrrmovement
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();

CREATE FUNCTION subscriptions_half_even(value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    round(value, 6) - CASE
        WHEN abs(value - trunc(value, 6)) = 0.0000005 AND mod(round(value, 6) * 1000000, 2) <> 0
        THEN sign(value) * 0.000001 ELSE 0 END;

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
