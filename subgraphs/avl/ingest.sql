-- What the listener writes through, where the hub's own process is the AVL
-- system's receiver (AVL_UDP_PORT is set). An agency that has a receiver of its
-- own needs none of this. Signatures and meaning; the bodies are the DBA's, and
-- demo/views.sql shows them over the demo's tables.

CREATE SCHEMA IF NOT EXISTS avl;

-- Stores a batch, all or nothing. `fixes` is a JSON array of objects:
--   device text, latitude and longitude number (degrees, WGS84), heading number or null (degrees),
--   speedKph number or null, state 'MOVING' | 'PARKED' | 'OFF', fixedAt and receivedAt number (milliseconds since 1970, UTC).
-- A fix that is older than the unit's newest goes to the log only. Repeating a batch changes nothing.
-- Afterwards it notifies channel `avl`. Answers how many fixes were new.
CREATE OR REPLACE FUNCTION avl.record_fixes(fixes jsonb) RETURNS integer LANGUAGE sql AS 'SELECT 0';

-- Removes fixes of the log that were taken before `horizon`; a unit's newest fix stays. Answers how many went.
CREATE OR REPLACE FUNCTION avl.prune_fixes(horizon timestamptz) RETURNS integer LANGUAGE sql AS 'SELECT 0';
