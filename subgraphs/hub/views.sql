-- The audit record as the contract shows it, over the ledger that gateways write.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub;

CREATE OR REPLACE VIEW hub.audit_event AS
SELECT
  'audit-' || seq::text AS id,
  seq                   AS sequence,
  at::timestamptz       AS at,
  kind,
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
  hash,
  previous_hash,
  at::timestamptz       AS changed_at
FROM hub_audit.record;

-- Records are also looked up by the id that the view gives them.
CREATE UNIQUE INDEX IF NOT EXISTS record_id ON hub_audit.record (('audit-' || seq::text));
