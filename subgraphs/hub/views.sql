-- The audit record as the contract shows it, over the ledger that gateways write.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub;

-- A view of an earlier ledger has other columns, which no replacement may take away.
DO $$ BEGIN
  IF to_regclass('hub.audit_event') IS NOT NULL AND NOT EXISTS (
    SELECT FROM information_schema.columns
    WHERE table_schema = 'hub' AND table_name = 'audit_event' AND column_name = 'spooled_at'
  ) THEN
    DROP VIEW hub.audit_event;
  END IF;
END $$;

CREATE OR REPLACE VIEW hub.audit_event AS
SELECT
  'audit-' || r.seq::text AS id,
  r.seq                   AS sequence,
  r.at::timestamptz       AS at,
  r.kind,
  r.class,
  operation_id,
  subject,
  ori,
  purpose,
  case_number,
  reason,
  operation_name,
  operation_type,
  document_hash,
  fields,
  denied,
  entities,
  sources,
  duration_ms,
  outcome,
  source_address,
  destination_address,
  bytes_in,
  l.leaf_hash,
  r.at::timestamptz       AS changed_at,
  bytes_out,
  on_behalf_of,
  terms,
  spooled_at::timestamptz AS spooled_at
FROM hub_audit.record r JOIN hub_audit.leaf l ON l.seq = r.seq AND l.at = r.at;

-- Records are looked up by their place, which the id says; an index for it was made before.
DROP INDEX IF EXISTS hub_audit.record_id;
