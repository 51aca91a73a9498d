CREATE FUNCTION accounts_audit_digest(salt uuid, before jsonb, after jsonb) RETURNS text LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(concat_ws(E'\x1f', coalesce(salt::text, '-'), coalesce(before::text, '-'),
                                          coalesce(after::text, '-')), 'UTF8')), 'hex');

CREATE FUNCTION accounts_audit_next(link text, number bigint, entry accounts_auditentry, digest text)
RETURNS text LANGUAGE sql STABLE
RETURN encode(sha256(convert_to(concat_ws(E'\x1f', link, number, (entry).id, (entry).tx,
    extract(epoch FROM (entry).at), (entry).actor, (entry).request, (entry).noun, (entry).object, (entry).action,
    digest), 'UTF8')), 'hex');

-- What happened to one row becomes an entry: all of it, or of a change only what differs.
-- Arguments: noun, column of its key, columns that are no news, columns that are secret; the last two with commas.
CREATE FUNCTION accounts_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb; now_is jsonb; hidden text;
    boring text[] := string_to_array(TG_ARGV[2], ',');
    secret text[] := string_to_array(TG_ARGV[3], ',');
    pk text;
BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) - boring; END IF;
    IF TG_OP <> 'DELETE' THEN now_is := to_jsonb(NEW) - boring; END IF;
    pk := coalesce(now_is, was) ->> TG_ARGV[1];
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, now_is -> key) INTO was, now_is
        FROM jsonb_each(was) WHERE now_is -> key IS DISTINCT FROM value;
        IF was IS NULL THEN RETURN NULL; END IF;
    END IF;
    FOREACH hidden IN ARRAY secret LOOP
        IF was ? hidden THEN was := jsonb_set(was, ARRAY[hidden], '"•••"'); END IF;
        IF now_is ? hidden THEN now_is := jsonb_set(now_is, ARRAY[hidden], '"•••"'); END IF;
    END LOOP;
    PERFORM accounts_audit_write(TG_ARGV[0], pk, lower(TG_OP), was, now_is);
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_audit_write(noun text, object text, action text, before jsonb, after jsonb)
RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO accounts_auditentry (tx, at, actor, request, noun, object, action, before, after, salt)
    VALUES (pg_current_xact_id()::text::bigint, clock_timestamp(), coalesce(current_setting('holdfast.actor', true), ''),
            coalesce(current_setting('holdfast.request', true), ''), noun, coalesce(object, ''), action, before, after,
            gen_random_uuid())
    RETURNING id
$$;

-- A domain write of a person, key or playbook: the event tells what was done, the entry who did it.
CREATE FUNCTION accounts_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_audit_write(NEW.type, NEW.uid::text, 'event', NULL, NEW.payload);
    RETURN NULL;
END $$;

-- At commit all entries of the transaction are chained at once, one transaction after the other.
CREATE FUNCTION accounts_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head record; entry accounts_auditentry; digest text;
BEGIN
    IF EXISTS (SELECT 1 FROM accounts_auditlink WHERE entry_id = NEW.id) THEN RETURN NULL; END IF;
    SELECT number, link INTO head FROM accounts_audithead WHERE id = 1 FOR UPDATE;
    FOR entry IN SELECT e.* FROM accounts_auditentry e WHERE e.id >= NEW.id AND e.tx = NEW.tx
                 AND NOT EXISTS (SELECT 1 FROM accounts_auditlink l WHERE l.entry_id = e.id) ORDER BY e.id LOOP
        digest := accounts_audit_digest(entry.salt, entry.before, entry.after);
        head.number := head.number + 1;
        head.link := accounts_audit_next(head.link, head.number, entry, digest);
        INSERT INTO accounts_auditlink (number, entry_id, digest, link)
        VALUES (head.number, entry.id, digest, head.link);
    END LOOP;
    UPDATE accounts_audithead SET number = head.number, link = head.link WHERE id = 1;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER accounts_auditentry_chained AFTER INSERT ON accounts_auditentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_chain();

INSERT INTO accounts_audithead (id, number, link) VALUES (1, 0, '');
