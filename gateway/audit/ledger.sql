-- The hub's own record of who asked what, why, and what they were shown.
-- Written by gateways only, appended only; read through hub.audit_event.
-- FORMAT.md says what the hashes cover. A leaf stays for ever; a record may be
-- purged, with its salt, when the law no longer asks for it.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub audit')); -- Of two gateways that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub_audit;

-- The hash chain of earlier versions is set aside as it stands.
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.columns
             WHERE table_schema = 'hub_audit' AND table_name = 'record' AND column_name = 'previous_hash') THEN
    CREATE SCHEMA IF NOT EXISTS hub_audit_chain;
    ALTER TABLE hub_audit.record SET SCHEMA hub_audit_chain;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS hub_audit.leaf (
  seq        bigint PRIMARY KEY,       -- place in the log, from 1, without gaps
  at         timestamptz(3) NOT NULL,  -- when the record was written, UTC
  class      text NOT NULL,            -- GENERAL CJI ALPR COMMERCIAL SYSTEM BLACK: how long the record is kept
  commitment text NOT NULL,            -- SHA-256 over salt and record, hexadecimal
  leaf_hash  text NOT NULL             -- RFC 6962 leaf hash over the four before, hexadecimal
);

-- A table that is not yet divided by months becomes the first part of the one that is.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('hub_audit.record') AND relkind = 'r') THEN
    DROP VIEW IF EXISTS hub.audit_event; -- The hub's subgraph makes it anew, over the divided table.
    ALTER TABLE hub_audit.record RENAME TO record_before;
    ALTER TABLE hub_audit.record_before RENAME CONSTRAINT record_pkey TO record_before_pkey;
    DROP INDEX IF EXISTS hub_audit.record_at, hub_audit.record_subject, hub_audit.record_case, hub_audit.record_operation,
                         hub_audit.record_entities, hub_audit.record_id;
  END IF;
END $$;

-- One part a month, made when the first record of it comes (hub_audit.months); an emptied one is dropped.
CREATE TABLE IF NOT EXISTS hub_audit.record (
  seq                 bigint NOT NULL,    -- of its leaf
  at                  timestamptz(3) NOT NULL,
  class               text NOT NULL,
  kind                text NOT NULL,   -- INTENT OUTCOME REFUSED STREAM_OPENED … : record.ts has them all
  operation_id        text NOT NULL,   -- binds an intent to its outcome
  subject             text NOT NULL,   -- the identity provider's id of the caller
  ori                 text,            -- the caller's agency
  purpose             text,
  case_number         text,
  reason              text,
  operation_name      text,
  operation_type      text,            -- query, mutation, subscription
  document_hash       text,            -- SHA-256 of the operation as executed, hexadecimal
  fields              text[] NOT NULL, -- schema coordinates that it may read
  denied              text[] NOT NULL, -- coordinates that were refused, with what was lacking
  entities            text[] NOT NULL, -- keys of the entities that were shown
  sources             text[] NOT NULL, -- systems that it asks
  duration_ms         integer,
  outcome             text,            -- OK, PARTIAL, FAILED, or the code of the refusal
  source_address      text,            -- host and port that it came from
  destination_address text,            -- host and port that it came to
  bytes_in            integer,         -- of the request's body
  search              text,            -- what was searched for, sealed with the class's key
  detail              text,            -- JSON, of the kinds that say more
  bytes_out           integer,         -- of the answer's data
  on_behalf_of        text,            -- the agency for which the caller asks
  terms               text[],          -- blind index of what was searched for
  spooled_at          timestamptz(3),  -- when it was written to a gateway's spool; at is then when it came from there
  salt                text NOT NULL,   -- 32 random bytes, hexadecimal
  PRIMARY KEY (seq, at)
) PARTITION BY RANGE (at);

CREATE OR REPLACE FUNCTION hub_audit.months(times timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE month timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('rtcc-hub audit'));
  FOR month IN SELECT DISTINCT date_trunc('month', t, 'UTC') FROM unnest(times) AS t LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS hub_audit.%I PARTITION OF hub_audit.record FOR VALUES FROM (%L) TO (%L)',
                   to_char(month AT TIME ZONE 'UTC', '"record_"YYYY_MM'), month,
                   ((month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
  END LOOP;
END $$;

-- Parts of months that have passed and hold nothing more.
CREATE OR REPLACE FUNCTION hub_audit.drop_empty_months() RETURNS void LANGUAGE plpgsql AS $$
DECLARE part regclass; holds boolean;
BEGIN
  FOR part IN SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent = 'hub_audit.record'::regclass
                AND c.relname < to_char((now() AT TIME ZONE 'UTC') - interval '1 month', '"record_"YYYY_MM') LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', part); -- What comes late waits, and finds another part made.
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO holds;
    IF NOT holds THEN EXECUTE format('DROP TABLE %s', part); END IF;
  END LOOP;
END $$;

-- Behind a record that says so; retention.ts writes it first.
CREATE OR REPLACE FUNCTION hub_audit.purge(kept text, before timestamptz, through bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('hub_audit.purging', 'on', true);
  DELETE FROM hub_audit.record WHERE class = kept AND at < before AND seq <= through;
  PERFORM set_config('hub_audit.purging', 'off', true);
  PERFORM hub_audit.drop_empty_months();
END $$;

DO $$ BEGIN
  IF to_regclass('hub_audit.record_before') IS NOT NULL THEN
    PERFORM hub_audit.months(array(SELECT DISTINCT date_trunc('month', at, 'UTC') FROM hub_audit.record_before));
    INSERT INTO hub_audit.record (seq, at, class, kind, operation_id, subject, ori, purpose, case_number, reason, operation_name,
      operation_type, document_hash, fields, denied, entities, sources, duration_ms, outcome, source_address,
      destination_address, bytes_in, search, detail, salt)
    SELECT seq, at, class, kind, operation_id, subject, ori, purpose, case_number, reason, operation_name, operation_type,
      document_hash, fields, denied, entities, sources, duration_ms, outcome, source_address, destination_address, bytes_in,
      search, detail, salt FROM hub_audit.record_before;
    DROP TABLE hub_audit.record_before;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS hub_audit.checkpoint (
  size     bigint PRIMARY KEY,         -- leaves that the root covers
  note     text NOT NULL,              -- C2SP signed note
  frontier text[] NOT NULL             -- roots of the complete subtrees, the largest first, hexadecimal
);

CREATE TABLE IF NOT EXISTS hub_audit.cosignature (
  size    bigint NOT NULL REFERENCES hub_audit.checkpoint,
  witness text NOT NULL,
  line    text NOT NULL,               -- the witness's signature line on the note
  PRIMARY KEY (size, witness)
);

-- Times grow with places, so their ranges in blocks say nearly as much as an index of each, and cost an append next to nothing.
CREATE INDEX IF NOT EXISTS record_time ON hub_audit.record USING brin (at);
DROP INDEX IF EXISTS hub_audit.record_at, hub_audit.record_class;
CREATE INDEX IF NOT EXISTS record_subject ON hub_audit.record (subject, seq);
CREATE INDEX IF NOT EXISTS record_case ON hub_audit.record (case_number, seq) WHERE case_number IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_operation ON hub_audit.record (operation_id);
CREATE INDEX IF NOT EXISTS record_entities ON hub_audit.record USING gin (entities);
CREATE INDEX IF NOT EXISTS record_terms ON hub_audit.record USING gin (terms) WHERE terms IS NOT NULL;

CREATE OR REPLACE FUNCTION hub_audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A purge says so in its own transaction, behind a record of what it purges. This keeps mistakes out; what keeps
  -- intruders out is that a record which is missing without such a record shows.
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'record' AND current_setting('hub_audit.purging', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'The audit record is appended to, never changed.';
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['leaf', 'record', 'checkpoint', 'cosignature'] LOOP -- A part of a month gets none; it is not written by its name.
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'is_final' AND tgrelid = ('hub_audit.' || name)::regclass) THEN
      EXECUTE format('CREATE TRIGGER is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON hub_audit.%I
                      FOR EACH STATEMENT EXECUTE FUNCTION hub_audit.refuse()', name);
    END IF;
  END LOOP;
END $$;
