-- What the agency's DBA provides over the vehicle-location system: read-only views.
-- The hub's own listener also needs the two functions of ingest.sql.
CREATE SCHEMA IF NOT EXISTS avl;

-- unit_position: one row per unit that has ever reported: its newest fix.
CREATE OR REPLACE VIEW avl.unit_position AS
SELECT
  NULL::text             AS unit_id,         -- not null, unique; the unit's id in the graph: unit-<ori>-<call sign>
  NULL::double precision AS latitude,        -- not null; degrees, WGS84, north positive
  NULL::double precision AS longitude,       -- not null; degrees, WGS84, east positive
  NULL::double precision AS heading_degrees, -- nullable; degrees clockwise from true north, 0 up to 360; null when standing or not said
  NULL::double precision AS speed_kph,       -- nullable; kilometers per hour
  NULL::text             AS device_state,    -- not null; MOVING, PARKED or OFF, as the device said or implied with this fix
  NULL::timestamptz      AS fixed_at,        -- not null; UTC instant, when the receiver took the fix
  NULL::timestamptz      AS received_at,     -- not null; UTC instant, when the fix reached the AVL system
  NULL::text             AS owner_ori,       -- not null; nine characters, the agency that runs the unit
  NULL::text             AS owner_name,      -- not null; that agency's name
  NULL::boolean          AS shared,          -- not null; the owner shows its units to partner agencies
  NULL::text             AS handling,        -- not null; open, juvenile, victim, restricted or sealed (a sealed unit is undercover)
  NULL::timestamptz      AS observed_at,     -- nullable; UTC instant, when the fact was observed: fixed_at
  NULL::boolean          AS derived,         -- not null; true where no receiver took the fix: it was computed from other records
  NULL::boolean          AS synthetic,       -- not null; true where the unit stands for one that does not exist
  NULL::text             AS source_id,       -- not null; the fix's own key in the AVL system
  NULL::timestamptz      AS changed_at       -- not null; UTC instant, when the row last changed; later rows have later values
WHERE false;

-- fix: the fix log: one row per fix, as far back as the AVL system keeps them.
-- index: unit_id, fixed_at
CREATE OR REPLACE VIEW avl.fix AS
SELECT
  NULL::text             AS id,              -- not null, unique; opaque and stable
  NULL::text             AS unit_id,         -- not null; the unit's id in the graph
  NULL::double precision AS latitude,        -- not null; degrees, WGS84, north positive
  NULL::double precision AS longitude,       -- not null; degrees, WGS84, east positive
  NULL::double precision AS heading_degrees, -- nullable; degrees clockwise from true north, 0 up to 360
  NULL::double precision AS speed_kph,       -- nullable; kilometers per hour
  NULL::text             AS device_state,    -- not null; MOVING, PARKED or OFF
  NULL::timestamptz      AS fixed_at,        -- not null; UTC instant, to the millisecond at most
  NULL::timestamptz      AS received_at,     -- not null; UTC instant
  NULL::text             AS owner_ori,       -- not null; nine characters
  NULL::text             AS owner_name,      -- not null; that agency's name
  NULL::boolean          AS shared,          -- not null; the owner shows its units to partner agencies
  NULL::text             AS handling,        -- not null; open, juvenile, victim, restricted or sealed
  NULL::timestamptz      AS observed_at,     -- nullable; UTC instant: fixed_at
  NULL::boolean          AS derived,         -- not null; true where the fix was computed from other records
  NULL::boolean          AS synthetic,       -- not null; true where the unit does not exist
  NULL::text             AS source_id,       -- not null; the fix's own key in the AVL system
  NULL::timestamptz      AS changed_at       -- not null; UTC instant, when the row was written
WHERE false;

-- device: one row per modem that may report: which unit it is mounted in. Read by the listener alone.
CREATE OR REPLACE VIEW avl.device AS
SELECT
  NULL::text        AS id,             -- not null, unique; what the modem calls itself: a TAIP vehicle id or a modem id
  NULL::text        AS unit_id,        -- nullable; null while the modem is mounted nowhere: its fixes are refused
  NULL::text        AS protocol,       -- nullable; TAIP or NMEA; null: either
  NULL::text        AS pinned_address, -- nullable; the only IP address that it may report from; null: any
  NULL::boolean     AS active,         -- not null; false: its fixes are refused
  NULL::timestamptz AS changed_at      -- not null; UTC instant, when the row last changed
WHERE false;
