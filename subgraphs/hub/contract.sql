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
  NULL::text        AS class,          -- not null; GENERAL, CJI, ALPR, COMMERCIAL, SYSTEM or BLACK: how long it is kept
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
  NULL::timestamptz AS changed_at,     -- not null; UTC instant; a record never changes, so it is when it was written
  NULL::integer     AS bytes_out,      -- nullable; length of the answer's data as JSON
  NULL::text        AS on_behalf_of,   -- nullable; the agency for which the caller asked, 9 characters
  NULL::text[]      AS terms,          -- nullable; blind index of what was searched for
  NULL::timestamptz AS spooled_at      -- nullable; UTC instant at which it was written to a spool, the store being away
WHERE false;

-- agency: one row per agency that the hub knows by name; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.agency AS
SELECT
  NULL::text        AS ori,       -- not null, unique; 9 characters, assigned by the FBI
  NULL::text        AS name,      -- not null; what the agency calls itself
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed
WHERE false;

-- revocation: one row per user, token or case assignment whose authority was withdrawn; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.revocation AS
SELECT
  NULL::text        AS id,            -- not null, unique; opaque and stable
  NULL::bigint      AS place,         -- not null, unique; order in which they were made
  NULL::text        AS kind,          -- not null; USER, TOKEN or ASSIGNMENT
  NULL::text        AS subject,       -- nullable; the identity provider's id, never a name; null for a token
  NULL::text        AS token,         -- nullable; the token's "jti"; null unless it is a token
  NULL::text        AS case_number,   -- nullable; the case; null unless it is an assignment
  NULL::text        AS reason,        -- not null; in words
  NULL::timestamptz AS revoked_at,    -- not null; UTC instant
  NULL::text        AS revoked_by,    -- not null; the identity provider's id of whoever did it
  NULL::timestamptz AS lifted_at,     -- nullable; UTC instant from which it no longer holds
  NULL::text        AS lifted_by,     -- nullable; never the one whose authority it was
  NULL::text        AS lifted_reason, -- nullable; in words
  NULL::timestamptz AS changed_at     -- not null; UTC instant at which the row last changed
WHERE false;

-- emergency: one row per glass that was broken; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.emergency AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::bigint      AS place,       -- not null, unique; order in which they were opened
  NULL::text        AS subject,     -- not null; the identity provider's id of whoever broke the glass, never a name
  NULL::text        AS ori,         -- not null; that person's agency
  NULL::text        AS reason,      -- not null; in words
  NULL::text        AS case_number, -- nullable; the case that it is about, where there is one
  NULL::timestamptz AS opened_at,   -- not null; UTC instant
  NULL::timestamptz AS ends_at,     -- not null; UTC instant at which it ends by itself
  NULL::timestamptz AS ended_at,    -- nullable; UTC instant at which somebody ended it before
  NULL::text        AS ended_by,    -- nullable; who that was
  NULL::timestamptz AS reviewed_at, -- nullable; UTC instant
  NULL::text        AS reviewed_by, -- nullable; never the one who broke the glass
  NULL::text        AS finding,     -- nullable; JUSTIFIED or NOT_JUSTIFIED
  NULL::text        AS note,        -- nullable; the reviewer's words
  NULL::timestamptz AS changed_at   -- not null; UTC instant at which the row last changed
WHERE false;

-- standing: one row per revocation and per emergency, for the feed; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.standing AS
SELECT
  NULL::text        AS id,        -- not null, unique; of the revocation or the emergency
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed
WHERE false;

-- saved_search: one row per search that somebody keeps; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.saved_search AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS owner,       -- not null; the identity provider's id of whoever keeps it, never a name
  NULL::text        AS owner_ori,   -- not null; that person's agency
  NULL::text        AS name,        -- not null; unique for its owner
  NULL::text        AS kind,        -- not null; INCIDENTS, REPORTS, PERSONS, VEHICLES or ADDRESSES
  NULL::text        AS variables,   -- not null; a JSON object
  NULL::text        AS purpose,     -- nullable; the purpose that was stated when it was made
  NULL::text        AS case_number, -- nullable; the case that was stated when it was made
  NULL::boolean     AS notify,      -- not null; whether clients follow it live
  NULL::timestamptz AS created_at,  -- not null; UTC instant
  NULL::timestamptz AS changed_at   -- not null; UTC instant at which the row last changed
WHERE false;

-- board: one row per case with a board; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.board AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS ori,         -- not null; the agency that works the case
  NULL::text        AS case_key,    -- not null; the case's number in letters and digits alone, upper case
  NULL::text        AS case_number, -- not null; the case's number as it was first stated
  NULL::timestamptz AS changed_at   -- not null; UTC instant at which the board or an item of it last changed
WHERE false;

-- board_item: one row per record on a board; made by the hub, may be empty.
CREATE OR REPLACE VIEW hub.board_item AS
SELECT
  NULL::text             AS id,         -- not null, unique; opaque and stable
  NULL::bigint           AS place,      -- not null; order in which they were put there
  NULL::text             AS board_id,   -- not null; hub.board.id
  NULL::text             AS type,       -- not null; PERSON, REPORT, INCIDENT, VEHICLE, PLACE or CAMERA
  NULL::text             AS entity_id,  -- not null; the record's id in the graph
  NULL::text             AS note,       -- nullable; whoever works the case wrote it
  NULL::double precision AS x,          -- nullable; place on the board, in the client's units
  NULL::double precision AS y,          -- nullable; place on the board, in the client's units
  NULL::text             AS added_by,   -- not null; the identity provider's id, never a name
  NULL::timestamptz      AS added_at,   -- not null; UTC instant
  NULL::timestamptz      AS changed_at  -- not null; UTC instant at which the row last changed
WHERE false;
