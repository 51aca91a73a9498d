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
    FOR EACH ROW WHEN (
        OLD.known_on < CURRENT_DATE - 1 AND NOT (coalesce(current_setting('holdfast.erasing', true), '') = 'yes'
        AND to_jsonb(OLD) - 'person' = to_jsonb(NEW) - 'person')
    ) EXECUTE FUNCTION core_append_only();

CREATE SEQUENCE usage_rawevent_id_seq AS bigint CACHE 100;
CREATE TABLE usage_rawevent (
    id bigint NOT NULL DEFAULT nextval('usage_rawevent_id_seq'),
    tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    source_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    person bigint,
    previous bigint,
    group_id text,
    context_id text,
    trait_id text,
    domain text,
    email bigint,
    payload jsonb NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX usage_rawevent_position ON usage_rawevent (tx, id);

CREATE TABLE usage_seenmessage (
    source_id bigint NOT NULL,
    digest uuid NOT NULL,
    seen_on date NOT NULL,
    PRIMARY KEY (source_id, digest)
) PARTITION BY HASH (source_id, digest);

CREATE TABLE usage_usagefeatureperson (
    customer_id bigint NOT NULL,
    feature_id bigint NOT NULL,
    person bigint NOT NULL,
    month date NOT NULL,
    known_on date NOT NULL,
    days integer NOT NULL,
    taken integer NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, feature_id, person, month, known_on)
) PARTITION BY RANGE (month);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON usage_usagefeatureperson
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
CREATE TRIGGER append_only_after_its_day BEFORE UPDATE ON usage_usagefeatureperson
    FOR EACH ROW WHEN (
        OLD.known_on < CURRENT_DATE - 1 AND NOT (coalesce(current_setting('holdfast.erasing', true), '') = 'yes'
        AND to_jsonb(OLD) - 'person' = to_jsonb(NEW) - 'person')
    ) EXECUTE FUNCTION core_append_only();

DO $$ BEGIN
    FOR n IN 0..7 LOOP
        EXECUTE format('CREATE TABLE usage_seenmessage_%s PARTITION OF usage_seenmessage
                        FOR VALUES WITH (MODULUS 8, REMAINDER %s)', n, n);
        EXECUTE format('CREATE INDEX usage_seenmessage_%s_old ON usage_seenmessage_%s USING brin (seen_on)', n, n);
    END LOOP;
END $$;

CREATE TRIGGER append_only_rows BEFORE DELETE ON usage_usageday FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE TRIGGER append_only_rows BEFORE DELETE ON usage_usageperson FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE TRIGGER append_only_rows BEFORE DELETE ON usage_usagefeatureperson
    FOR EACH ROW EXECUTE FUNCTION core_append_only();

CREATE FUNCTION usage_days_next(so_far integer, days integer, taken integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (so_far & ~taken) | days;
CREATE AGGREGATE usage_days(integer, integer) (SFUNC = usage_days_next, STYPE = integer, INITCOND = '0');
