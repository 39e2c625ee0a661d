-- What the camera registry's DBA provides: read-only views in the schema `cameras`.
-- The hub writes nothing here and reads nothing else of the registry.
CREATE SCHEMA IF NOT EXISTS cameras;

-- camera: one row per camera of the registry, those with a place that cannot be right included.
-- index: id
CREATE OR REPLACE VIEW cameras.camera AS
SELECT
  NULL::text             AS id,                    -- not null, unique; opaque and stable
  NULL::text             AS label,                 -- not null; what an analyst calls it
  NULL::text             AS kind,                  -- not null; FIXED, PTZ, DOME or UNKNOWN
  NULL::text             AS ownership,             -- not null; PUBLIC or PRIVATE; whatever is in doubt is PRIVATE
  NULL::text             AS party_name,            -- not null; who owns the device
  NULL::text             AS status,                -- not null; ONLINE, OFFLINE, MAINTENANCE or UNKNOWN
  NULL::double precision AS latitude,              -- nullable; degrees, WGS84; null where the registry holds no number
  NULL::double precision AS longitude,             -- nullable; degrees, WGS84; null where the registry holds no number
  NULL::double precision AS heading_degrees,       -- nullable; degrees clockwise from true north
  NULL::double precision AS tilt_degrees,          -- nullable; degrees above the horizon
  NULL::double precision AS field_of_view_degrees, -- nullable; degrees, horizontal
  NULL::double precision AS height_meters,         -- nullable; meters above the ground
  NULL::boolean          AS retired,               -- not null; true once taken out of service: kept here so that the hub learns of it
  NULL::text             AS owner_ori,             -- not null; ORI of the agency that keeps the record, 9 characters
  NULL::text             AS owner_name,            -- not null; that agency's name
  NULL::boolean          AS shared,                -- not null; true where that agency shares the record with partner agencies
  NULL::text             AS handling,              -- not null; open, juvenile, victim, restricted or sealed (a covert camera)
  NULL::timestamptz      AS observed_at,           -- nullable; UTC instant at which the registry was last surveyed
  NULL::boolean          AS derived,               -- not null; true where values were derived from other records
  NULL::boolean          AS synthetic,             -- not null; true where values stand for nothing that exists
  NULL::text             AS source_id,             -- not null, unique; the registry's own key
  NULL::timestamptz      AS changed_at             -- not null; when the camera or an agreement that covers it last changed
WHERE false;

-- agreement: one row per memorandum with an owner of private cameras, drafts and ended ones included.
CREATE OR REPLACE VIEW cameras.agreement AS
SELECT
  NULL::text        AS id,             -- not null, unique; opaque and stable
  NULL::text        AS party_name,     -- not null; the owner who agreed
  NULL::boolean     AS scope_live,     -- not null; live viewing is covered
  NULL::boolean     AS scope_recorded, -- not null; recordings are covered
  NULL::boolean     AS scope_ptz,      -- not null; turning and zooming is covered
  NULL::text[]      AS triggers,       -- not null; what must have happened before the cameras may be looked at; empty: nothing
  NULL::timestamptz AS valid_from,     -- nullable; UTC instant, first of force; null: not signed yet
  NULL::timestamptz AS expires_at,     -- nullable; UTC instant, first without force; null: until revoked
  NULL::timestamptz AS revoked_at,     -- nullable; UTC instant, first without force
  NULL::text        AS owner_ori,      -- not null; ORI of the agency that the owner agreed with, 9 characters
  NULL::text        AS owner_name,     -- not null; that agency's name
  NULL::boolean     AS shared,         -- not null; true where the owner lets partner agencies of that agency look too
  NULL::text        AS handling,       -- not null; open, juvenile, victim, restricted or sealed
  NULL::timestamptz AS observed_at,    -- nullable; UTC instant at which it was recorded
  NULL::boolean     AS derived,        -- not null; true where values were derived from other records
  NULL::boolean     AS synthetic,      -- not null; true where it stands for nothing that exists
  NULL::text        AS source_id,      -- not null, unique; the registry's own key
  NULL::timestamptz AS changed_at      -- not null; when it last changed, its triggers included
WHERE false;

-- coverage: one row per camera that an agreement covers.
-- index: camera_id
CREATE OR REPLACE VIEW cameras.coverage AS
SELECT
  NULL::text        AS id,           -- not null, unique; opaque and stable
  NULL::text        AS camera_id,    -- not null; id of a camera
  NULL::text        AS agreement_id, -- not null; id of an agreement
  NULL::timestamptz AS changed_at    -- not null; when the row last changed in the source
WHERE false;

-- stream: one row per reference under which the agency's video system knows a camera's picture.
-- index: camera_id
CREATE OR REPLACE VIEW cameras.stream AS
SELECT
  NULL::text        AS id,         -- not null, unique; opaque and stable
  NULL::text        AS camera_id,  -- not null; id of a camera
  NULL::text        AS protocol,   -- not null; HLS, RTSP or WEBRTC
  NULL::text        AS reference,  -- not null; what the video system resolves; never a password or a token
  NULL::boolean     AS live,       -- not null; it shows the present
  NULL::boolean     AS recorded,   -- not null; it shows the past
  NULL::boolean     AS ptz,        -- not null; it takes pan, tilt and zoom commands
  NULL::timestamptz AS changed_at  -- not null; when the row last changed in the source
WHERE false;

-- service_area: one row per rectangle that the registry's cameras can stand in; a camera outside all of them is quarantined.
CREATE OR REPLACE VIEW cameras.service_area AS
SELECT
  NULL::text             AS id,        -- not null, unique; opaque and stable
  NULL::double precision AS west,      -- not null; degrees, WGS84 longitude
  NULL::double precision AS south,     -- not null; degrees, WGS84 latitude
  NULL::double precision AS east,      -- not null; degrees, WGS84 longitude
  NULL::double precision AS north,     -- not null; degrees, WGS84 latitude
  NULL::timestamptz      AS changed_at -- not null; when the row last changed in the source
WHERE false;
