-- What the hub keeps itself of its searches in commercial databases. No agency
-- system stands behind this subgraph: ledger.sql, beside this file, makes the
-- table and the view, in the database that PEOPLE_SEARCH_LEDGER_URL names.
CREATE SCHEMA IF NOT EXISTS people_search;

-- search_ledger: one row per reference code under which a vendor was asked; the intent is written before the vendor is asked; made by the hub, may be empty.
CREATE OR REPLACE VIEW people_search.search_ledger AS
SELECT
  NULL::text        AS reference_code, -- not null, unique; the hub's own code, which the vendor bills once
  NULL::text        AS request_key,    -- not null; HMAC-SHA-256 in hexadecimal of vendor, query, purposes, mask, caller and case
  NULL::text        AS vendor,         -- not null; RecordTrace or PeopleLink
  NULL::text        AS purpose,        -- not null; the caller's purpose code, such as C
  NULL::integer     AS dppa_purpose,   -- not null; 18 USC 2721(b) permissible use, 1 to 7
  NULL::integer     AS glb_purpose,    -- not null; 15 USC 6802 permissible use, 1 to 7, 11 or 12
  NULL::text        AS ssn_mask,       -- not null; LAST4 or NONE
  NULL::text        AS case_key,       -- not null; HMAC-SHA-256 in hexadecimal of the case number
  NULL::text        AS subject,        -- not null; the caller's id at the identity provider, never a name
  NULL::text        AS agency_ori,     -- not null; the caller's agency
  NULL::text        AS operation_id,   -- not null; the audit record of the operation that asked first
  NULL::timestamptz AS asked_at,       -- not null; UTC instant at which the intent was written
  NULL::text        AS outcome,        -- not null; OPEN, ANSWERED, NO_HIT, RATE_LIMITED, TIMED_OUT, FAILED, REFUSED or ABANDONED
  NULL::integer     AS charged_cents,  -- not null; what the vendor charged for the reference code, in US cents
  NULL::integer     AS records,        -- not null; records that the vendor answered with
  NULL::integer     AS attempts,       -- not null; times that a search was begun under the reference code
  NULL::timestamptz AS changed_at      -- not null; when the row last changed
WHERE false;
