-- The hub's own record of who asked what, why, and what they were shown.
-- Written by gateways only, appended only; read through hub.audit_event.
-- Each row's hash covers the row and the hash before it, so a change, a deletion
-- or an insertion in the middle shows.

CREATE SCHEMA IF NOT EXISTS hub_audit;

CREATE TABLE IF NOT EXISTS hub_audit.record (
  seq            bigint PRIMARY KEY,        -- position in the chain, from 1, without gaps
  at             timestamptz(3) NOT NULL,   -- when it was written, UTC
  kind           text NOT NULL,             -- INTENT OUTCOME REFUSED STREAM_OPENED STREAM_DELIVERED STREAM_CLOSED
  operation_id   text NOT NULL,             -- binds an intent to its outcome
  subject        text NOT NULL,             -- the identity provider's id of the caller
  ori            text,                      -- the caller's agency
  purpose        text,
  case_number    text,
  reason         text,
  operation_name text,
  operation_type text,                      -- query, mutation, subscription
  document_hash  text,                      -- SHA-256 of the operation as executed, hexadecimal
  fields         text[] NOT NULL,           -- schema coordinates that it may read
  denied         text[] NOT NULL,           -- coordinates that were refused, with what was lacking
  entities       text[] NOT NULL,           -- keys of the entities that were shown
  sources        text[] NOT NULL,           -- systems that it asks
  duration_ms    integer,
  outcome        text,                      -- OK, PARTIAL, FAILED, or the code of the refusal
  hash           text NOT NULL,             -- SHA-256, hexadecimal
  previous_hash  text NOT NULL
);

CREATE INDEX IF NOT EXISTS record_at ON hub_audit.record (at);
CREATE INDEX IF NOT EXISTS record_subject ON hub_audit.record (subject, seq);
CREATE INDEX IF NOT EXISTS record_case ON hub_audit.record (case_number, seq) WHERE case_number IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_operation ON hub_audit.record (operation_id);
CREATE INDEX IF NOT EXISTS record_entities ON hub_audit.record USING gin (entities);

CREATE OR REPLACE FUNCTION hub_audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit record is appended to, never changed.';
END $$;

DROP TRIGGER IF EXISTS record_is_final ON hub_audit.record;
CREATE TRIGGER record_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON hub_audit.record
  FOR EACH STATEMENT EXECUTE FUNCTION hub_audit.refuse();
