-- Releases of records outside of the hub, appended only. It runs whenever the hub opens its database.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub_registry;

CREATE TABLE IF NOT EXISTS hub_registry.dissemination (
  sequence         bigint PRIMARY KEY,   -- from 1, without gaps
  id               text UNIQUE NOT NULL, -- made of the row's own content: disseminations.ts
  at               timestamptz(3) NOT NULL,
  subject          text NOT NULL,        -- who released it: the identity provider's id
  ori              text NOT NULL,        -- of which agency
  operation_id     text NOT NULL,        -- the audit record of the operation that said so
  case_number      text,
  recipient_agency text NOT NULL,
  recipient_ori    text,
  recipient_role   text,
  purpose          text NOT NULL,
  reason           text NOT NULL,
  record_keys      text[] NOT NULL,
  format           text NOT NULL,
  caveats          text
);

CREATE INDEX IF NOT EXISTS dissemination_keys ON hub_registry.dissemination USING gin (record_keys);

CREATE OR REPLACE FUNCTION hub_registry.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Disseminations are appended to, never changed.';
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'is_final' AND tgrelid = 'hub_registry.dissemination'::regclass) THEN
    CREATE TRIGGER is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON hub_registry.dissemination
      FOR EACH STATEMENT EXECUTE FUNCTION hub_registry.refuse();
  END IF;
END $$;
