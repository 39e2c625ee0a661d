-- The ledger of searches. It never holds what was searched for or found: keys
-- are keyed hashes. Rows are never deleted here; how long the agency must keep
-- them (18 USC 2721(c): five years) is its own business.

-- Two processes that start at once take turns: IF NOT EXISTS alone fails in a race.
SELECT pg_advisory_xact_lock(hashtext('people_search.search'));

CREATE SCHEMA IF NOT EXISTS people_search;

CREATE TABLE IF NOT EXISTS people_search.search (
  reference_code text PRIMARY KEY,
  request_key    text NOT NULL,
  vendor         text NOT NULL,
  purpose        text NOT NULL,
  dppa_purpose   integer NOT NULL,
  glb_purpose    integer NOT NULL,
  ssn_mask       text NOT NULL,
  case_key       text NOT NULL,
  subject        text NOT NULL,
  agency_ori     text NOT NULL,
  operation_id   text NOT NULL,
  asked_at       timestamptz NOT NULL,
  outcome        text NOT NULL DEFAULT 'OPEN'
    CHECK (outcome IN ('OPEN', 'ANSWERED', 'NO_HIT', 'RATE_LIMITED', 'TIMED_OUT', 'FAILED', 'REFUSED', 'ABANDONED')),
  charged_cents  integer NOT NULL DEFAULT 0,
  records        integer NOT NULL DEFAULT 0,
  attempts       integer NOT NULL DEFAULT 1,
  -- When the vendor's answer was booked; null until then.
  settled_at     timestamptz,
  -- While true, the same request is asked again under this reference code.
  current        boolean NOT NULL DEFAULT true,
  changed_at     timestamptz NOT NULL
);

-- Two processes that ask the same at once share one reference code, and so one bill.
CREATE UNIQUE INDEX IF NOT EXISTS search_current ON people_search.search (request_key, vendor) WHERE current;
CREATE INDEX IF NOT EXISTS search_changed ON people_search.search (changed_at);

CREATE OR REPLACE VIEW people_search.search_ledger AS
SELECT reference_code, request_key, vendor, purpose, dppa_purpose, glb_purpose, ssn_mask, case_key, subject, agency_ori,
       operation_id, asked_at, outcome, charged_cents, records, attempts, changed_at
FROM people_search.search;
