-- Operations that vendors' systems may run, as text, and how much each system may ask.
-- It runs whenever the hub opens its database and changes nothing that is there.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub_registry;

CREATE TABLE IF NOT EXISTS hub_registry.operation (
  number              bigint GENERATED ALWAYS AS IDENTITY UNIQUE, -- in which order they were registered
  id                  text PRIMARY KEY CHECK (id ~ '^op-[0-9a-f]{24}$'),
  vendor              text NOT NULL,           -- the identity provider's id of the system
  hash                text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'), -- SHA-256 of the document's UTF-8 text
  name                text NOT NULL,
  operation_name      text NOT NULL,           -- the document's own, under which the audit records it
  operation_type      text NOT NULL CHECK (operation_type IN ('QUERY', 'MUTATION', 'SUBSCRIPTION')),
  document            text NOT NULL,
  note                text,
  state               text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'APPROVED', 'REVOKED')),
  requested_at        timestamptz NOT NULL,
  decided_by          text,
  decided_at          timestamptz,
  decision_reason     text,
  requests_per_minute integer CHECK (requests_per_minute > 0),
  cost                integer CHECK (cost > 0),
  streams             integer CHECK (streams >= 0),
  UNIQUE (vendor, hash),
  CHECK (state <> 'APPROVED' OR (requests_per_minute IS NOT NULL AND cost IS NOT NULL AND streams IS NOT NULL))
);

-- What all operations of one system may ask together; a system without a row has what its operations have.
CREATE TABLE IF NOT EXISTS hub_registry.vendor (
  vendor              text PRIMARY KEY,
  requests_per_minute integer NOT NULL CHECK (requests_per_minute > 0),
  cost                integer NOT NULL CHECK (cost > 0),
  streams             integer NOT NULL CHECK (streams >= 0),
  decided_by          text NOT NULL,
  decided_at          timestamptz NOT NULL
);
