-- Dispatch (CAD): what the hub reads. The agency's DBA provides these views over
-- the vendor's tables, read-only, in the schema "cad". Instants are UTC.

CREATE SCHEMA IF NOT EXISTS cad;

-- incident: one row per call for service (item number).
-- index: id
-- index: number_key
-- index: received_at, id
-- index: place_id, received_at
-- index: latitude, longitude
-- index: changed_at
CREATE OR REPLACE VIEW cad.incident AS
SELECT
  NULL::text             AS id,                -- not null, unique; opaque, stable, unique in the graph
  NULL::text             AS number,            -- not null; item number as the agency prints it, B-24020-22
  NULL::text             AS number_key,        -- not null; the same in letters and digits alone, upper case, B2402022
  NULL::text             AS status,            -- not null; RECEIVED, DISPATCHED, ON_SCENE or CLOSED
  NULL::text             AS priority,          -- nullable; at close or now, in the agency's scale
  NULL::text             AS initial_priority,  -- nullable; when the call was taken
  NULL::text             AS type_code,         -- nullable; at close or now
  NULL::text             AS type_text,         -- nullable; the agency's words for type_code
  NULL::text             AS initial_type_code, -- nullable; when the call was taken
  NULL::text             AS initial_type_text, -- nullable; the agency's words for initial_type_code
  NULL::timestamptz      AS received_at,       -- not null; the call was created
  NULL::timestamptz      AS dispatched_at,     -- nullable; the first unit was sent
  NULL::timestamptz      AS arrived_at,        -- nullable; the first unit arrived
  NULL::timestamptz      AS closed_at,         -- nullable; the call was closed
  NULL::boolean          AS times_in_doubt,    -- not null; the four times contradict each other, and are given as recorded
  NULL::boolean          AS self_initiated,    -- nullable; an officer came upon it, nobody called
  NULL::text             AS disposition_code,  -- nullable; null while the call is open
  NULL::text             AS disposition_text,  -- nullable; the agency's words for disposition_code
  NULL::text             AS address,           -- nullable; free text to the block, as entered
  NULL::text             AS place_id,          -- nullable; the address in upper case with single spaces
  NULL::text             AS beat,              -- nullable; patrol beat
  NULL::text             AS zone,              -- nullable; police zone
  NULL::text             AS district,          -- nullable; police district
  NULL::text             AS postal_code,       -- nullable; ZIP code
  NULL::double precision AS latitude,          -- nullable; degrees, WGS84; null together with longitude where there is no place
  NULL::double precision AS longitude,         -- nullable; degrees, WGS84
  NULL::text             AS owner_ori,         -- not null; ORI of the agency that owns the record, 9 characters
  NULL::text             AS owner_name,        -- not null; that agency's name
  NULL::boolean          AS shared,            -- not null; the owner shares the record with partner agencies
  NULL::text             AS handling,          -- not null; open, juvenile, victim, restricted or sealed
  NULL::timestamptz      AS observed_at,       -- nullable; when the fact was observed in the world
  NULL::boolean          AS derived,           -- not null; derived from other records instead of recorded
  NULL::boolean          AS synthetic,         -- not null; stands for something that does not exist
  NULL::text             AS source_id,         -- not null; the record's key in the vendor's tables
  NULL::timestamptz      AS changed_at         -- not null; when the row last changed in the source
WHERE false;

-- unit: one row per patrol unit.
CREATE OR REPLACE VIEW cad.unit AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque, stable, unique in the graph
  NULL::text        AS call_sign,   -- not null; upper case; unique within an agency
  NULL::text        AS status,      -- not null; AVAILABLE, DISPATCHED, EN_ROUTE, ON_SCENE or OUT_OF_SERVICE
  NULL::text        AS beat,        -- nullable; the beat that the unit patrols
  NULL::text        AS district,    -- nullable; police district
  NULL::text        AS incident_id, -- nullable; id of the incident that the unit is assigned to now
  NULL::text        AS owner_ori,   -- not null; ORI of the unit's agency, 9 characters
  NULL::text        AS owner_name,  -- not null; that agency's name
  NULL::boolean     AS shared,      -- not null; the owner shares the record with partner agencies
  NULL::text        AS handling,    -- not null; open, juvenile, victim, restricted or sealed
  NULL::timestamptz AS observed_at, -- nullable; when the status was reported
  NULL::boolean     AS derived,     -- not null; derived from other records instead of recorded
  NULL::boolean     AS synthetic,   -- not null; stands for something that does not exist
  NULL::text        AS source_id,   -- not null; the record's key in the vendor's tables
  NULL::timestamptz AS changed_at   -- not null; when the row last changed in the source
WHERE false;

-- dispatch: one row per assignment of a unit to an incident.
-- index: incident_id
CREATE OR REPLACE VIEW cad.dispatch AS
SELECT
  NULL::text        AS id,            -- not null, unique; opaque and stable
  NULL::text        AS incident_id,   -- not null; id of the incident
  NULL::text        AS unit_id,       -- not null; id of the unit
  NULL::timestamptz AS dispatched_at, -- nullable; the unit was sent
  NULL::timestamptz AS en_route_at,   -- nullable; the unit drove off
  NULL::timestamptz AS on_scene_at,   -- nullable; the unit arrived
  NULL::timestamptz AS cleared_at,    -- nullable; the unit left the call
  NULL::timestamptz AS first_at,      -- nullable; the earliest of the four, for sorting
  NULL::text        AS owner_ori,     -- not null; ORI of the unit's agency, 9 characters
  NULL::boolean     AS shared,        -- not null; the unit's agency shares it with partner agencies
  NULL::text        AS handling,      -- not null; open, juvenile, victim, restricted or sealed
  NULL::boolean     AS derived,       -- not null; derived from other records instead of recorded
  NULL::timestamptz AS changed_at     -- not null; when the row last changed in the source
WHERE false;

-- incident_note: one row per remark of a call-taker or dispatcher.
-- index: incident_id
CREATE OR REPLACE VIEW cad.incident_note AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS incident_id, -- not null; id of the incident
  NULL::timestamptz AS written_at,  -- not null; when the remark was entered
  NULL::text        AS body,        -- not null; free text
  NULL::boolean     AS derived,     -- not null; derived from other records instead of recorded
  NULL::timestamptz AS changed_at   -- not null; when the row last changed in the source
WHERE false;

-- caller: one row per incident that somebody called in.
-- index: incident_id
-- index: right(regexp_replace(phone, '[^0-9]', '', 'g'), 7)
CREATE OR REPLACE VIEW cad.caller AS
SELECT
  NULL::text        AS incident_id, -- not null, unique; id of the incident
  NULL::text        AS name,        -- nullable; as given by the caller
  NULL::text        AS phone,       -- nullable; as the call-taker noted it
  NULL::boolean     AS synthetic,   -- not null; stands for a person who does not exist
  NULL::timestamptz AS changed_at   -- not null; when the row last changed in the source
WHERE false;

-- video_request: one row per request for video to the crime center.
-- index: incident_id
CREATE OR REPLACE VIEW cad.video_request AS
SELECT
  NULL::text        AS id,                   -- not null, unique; opaque and stable
  NULL::text        AS incident_id,          -- not null; id of the incident
  NULL::text        AS requested_for,        -- nullable; signal, in the agency's spelling
  NULL::text        AS outcome,              -- nullable; the crime center's answer in words
  NULL::boolean     AS relevant_video_found, -- nullable; what the answer says; null where it says neither
  NULL::timestamptz AS changed_at            -- not null; when the row last changed in the source
WHERE false;
