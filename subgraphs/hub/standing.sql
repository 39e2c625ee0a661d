-- Whose authority was withdrawn, and who broke the glass. It runs whenever the hub
-- opens its database and changes nothing that is there. Rows are never deleted: a
-- revocation is lifted, an emergency ends and is reviewed.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub;
CREATE SCHEMA IF NOT EXISTS hub_registry;

CREATE TABLE IF NOT EXISTS hub_registry.revocation (
  id            text PRIMARY KEY,
  place         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind          text NOT NULL,
  subject       text,
  token         text,
  case_number   text,
  reason        text NOT NULL,
  revoked_at    timestamptz NOT NULL,
  revoked_by    text NOT NULL,
  lifted_at     timestamptz,
  lifted_by     text,
  lifted_reason text,
  changed_at    timestamptz NOT NULL,
  CHECK (
    (kind = 'USER' AND subject IS NOT NULL AND token IS NULL AND case_number IS NULL)
    OR (kind = 'TOKEN' AND subject IS NULL AND token IS NOT NULL AND case_number IS NULL)
    OR (kind = 'ASSIGNMENT' AND subject IS NOT NULL AND token IS NULL AND case_number IS NOT NULL)
  ),
  CHECK (lifted_by IS NULL OR subject IS NULL OR lifted_by <> subject)
);
CREATE INDEX IF NOT EXISTS revocation_in_force ON hub_registry.revocation (kind) WHERE lifted_at IS NULL;

CREATE TABLE IF NOT EXISTS hub_registry.emergency (
  id          text PRIMARY KEY,
  place       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  subject     text NOT NULL,
  ori         text NOT NULL,
  reason      text NOT NULL,
  case_number text,
  opened_at   timestamptz NOT NULL,
  ends_at     timestamptz NOT NULL,
  -- When and by whom it was ended before its time.
  ended_at    timestamptz,
  ended_by    text,
  reviewed_at timestamptz,
  reviewed_by text,
  finding     text CHECK (finding IN ('JUSTIFIED', 'NOT_JUSTIFIED')),
  note        text,
  changed_at  timestamptz NOT NULL,
  -- Whoever broke the glass does not review it, whatever any program thinks.
  CHECK (reviewed_by IS NULL OR reviewed_by <> subject)
);
CREATE INDEX IF NOT EXISTS emergency_unreviewed ON hub_registry.emergency (ends_at) WHERE reviewed_at IS NULL;

-- Gateways are told at once, also of what an operator writes by hand.
CREATE OR REPLACE FUNCTION hub_registry.standing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := clock_timestamp();
  PERFORM pg_notify('hub_standing', '');
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER standing_changed BEFORE INSERT OR UPDATE ON hub_registry.revocation
  FOR EACH ROW EXECUTE FUNCTION hub_registry.standing_changed();
CREATE OR REPLACE TRIGGER standing_changed BEFORE INSERT OR UPDATE ON hub_registry.emergency
  FOR EACH ROW EXECUTE FUNCTION hub_registry.standing_changed();

CREATE OR REPLACE VIEW hub.revocation AS
SELECT
  id, place, kind, subject, token, case_number, reason, revoked_at, revoked_by, lifted_at, lifted_by, lifted_reason, changed_at
FROM hub_registry.revocation;

CREATE OR REPLACE VIEW hub.emergency AS
SELECT
  id, place, subject, ori, reason, case_number, opened_at, ends_at, ended_at, ended_by, reviewed_at, reviewed_by, finding, note, changed_at
FROM hub_registry.emergency;

CREATE OR REPLACE VIEW hub.standing AS
SELECT id, changed_at FROM hub_registry.revocation
UNION ALL
SELECT id, changed_at FROM hub_registry.emergency;
