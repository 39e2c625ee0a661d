-- What the hub reads of its own database. Nobody has to provide these views: the
-- hub makes them itself, by registry.sql and views.sql beside this file.
CREATE SCHEMA IF NOT EXISTS hub;

-- audit_event: one row per audit record, an intent, its outcome, or a step of a stream; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.audit_event AS
SELECT
  NULL::text        AS id,             -- not null, unique; opaque and stable
  NULL::bigint      AS sequence,       -- not null, unique; place in the log, from 1; without gaps, but for purged records
  NULL::timestamptz AS at,             -- not null; UTC instant at which the record was written
  NULL::text        AS kind,           -- not null; INTENT, OUTCOME, REFUSED, STREAM_OPENED … : AuditKind in schema.graphql has them all
  NULL::text        AS class,          -- not null; GENERAL, CJI, ALPR, COMMERCIAL or SYSTEM: how long it is kept
  NULL::text        AS operation_id,   -- not null; binds an intent to its outcome
  NULL::text        AS subject,        -- not null; the identity provider's id of the caller, never a name
  NULL::text        AS ori,            -- nullable; the caller's agency, 9 characters; null where nobody was signed in
  NULL::text        AS purpose,        -- nullable; the purpose code that was stated
  NULL::text        AS case_number,    -- nullable; the case number that was stated
  NULL::text        AS reason,         -- nullable; the caller's own words
  NULL::text        AS operation_name, -- nullable; as the client named it
  NULL::text        AS operation_type, -- nullable; query, mutation or subscription
  NULL::text        AS document_hash,  -- nullable; SHA-256 of the operation as executed, hexadecimal
  NULL::text[]      AS fields,         -- not null; schema coordinates that were read
  NULL::text[]      AS denied,         -- not null; schema coordinates that were refused, with what was lacking
  NULL::text[]      AS entities,       -- not null; keys of the entities that were shown
  NULL::text[]      AS sources,        -- not null; systems that were asked
  NULL::integer     AS duration_ms,    -- nullable; milliseconds from intent to outcome
  NULL::text        AS outcome,        -- nullable; OK, PARTIAL, FAILED, or the code of the refusal
  NULL::text        AS source_address, -- nullable; address and port that the request came from
  NULL::text        AS destination_address, -- nullable; address and port of the gateway that took it
  NULL::integer     AS bytes_in,       -- nullable; bytes of the request's body
  NULL::text        AS leaf_hash,      -- not null; RFC 6962 leaf hash of the record in the log's Merkle tree, hexadecimal
  NULL::timestamptz AS changed_at      -- not null; UTC instant; a record never changes, so it is when it was written
WHERE false;

-- agency: one row per agency that the hub knows by name; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.agency AS
SELECT
  NULL::text        AS ori,       -- not null, unique; 9 characters, assigned by the FBI
  NULL::text        AS name,      -- not null; what the agency calls itself
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed
WHERE false;
