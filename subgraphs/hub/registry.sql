-- The agencies that the hub knows by name. An operator adds the partners' rows.
-- It runs whenever the hub opens its database and changes nothing that is there.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub;
CREATE SCHEMA IF NOT EXISTS hub_registry;

CREATE TABLE IF NOT EXISTS hub_registry.agency (
  ori        text PRIMARY KEY CHECK (ori ~ '^[A-Z0-9]{9}$'),
  name       text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE VIEW hub.agency AS
SELECT ori, name, changed_at FROM hub_registry.agency;
