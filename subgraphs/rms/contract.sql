-- The read-only views that the agency's DBA provides over the records system (RMS).
-- It runs as it stands and makes empty views of the right shape.

CREATE SCHEMA IF NOT EXISTS rms;

-- report: one row per item number under which a report was filed.
-- index: id
-- index: item
-- index: occurred_at, id
-- index: place_id
-- index: changed_at
CREATE OR REPLACE VIEW rms.report AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS number,      -- not null; the item number as the agency prints it, B-24020-22
  NULL::text        AS item,        -- not null; the item number's letters and digits alone, upper case, B2402022
  NULL::text        AS status_code, -- nullable; the agency's code of the report's disposition
  NULL::text        AS status_text, -- nullable; what the agency's list says of that code
  NULL::boolean     AS case_open,   -- not null; the agency still works the case, so that an operation may name it
  NULL::text        AS signal_code, -- nullable; the agency's signal that the report was classified with
  NULL::text        AS signal_text, -- nullable; what the agency's list says of that signal
  NULL::timestamptz AS occurred_at, -- not null; UTC instant of the occurrence, or of the filing where it is not known
  NULL::text        AS address,     -- nullable; free text, to the block
  NULL::text        AS place_id,    -- nullable; the address in upper case with single spaces
  NULL::text        AS district,    -- nullable; police district, 1 to 8
  NULL::text[]      AS kinds,       -- not null; kinds of paper filed under the number
  NULL::boolean     AS hate_crime,  -- not null; whether the agency marked it a hate crime
  NULL::text        AS owner_ori,   -- not null; 9 characters, the ORI of the agency that owns the row
  NULL::text        AS owner_name,  -- not null; that agency's name
  NULL::boolean     AS shared,      -- not null; whether the owner lets partner agencies read the row
  NULL::text        AS handling,    -- not null; open, juvenile, victim, restricted or sealed: the strictest that applies
  NULL::timestamptz AS observed_at, -- nullable; UTC instant at which the fact was observed in the world
  NULL::timestamptz AS changed_at,  -- not null; UTC instant at which the row last changed in the source
  NULL::boolean     AS derived,     -- not null; true where the row was derived from other records
  NULL::boolean     AS synthetic,   -- not null; true where the row stands for nobody and nothing real
  NULL::text        AS source_id    -- not null; the record's own key in the source
WHERE false;

-- narrative: one row per report that has an officer's account; may be empty.
-- index: report_id
CREATE OR REPLACE VIEW rms.narrative AS
SELECT
  NULL::text        AS report_id, -- not null, unique; rms.report.id
  NULL::text        AS text,      -- not null; the account
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- person: one row per person of the master name index.
-- index: id
-- index: date_of_birth
CREATE OR REPLACE VIEW rms.person AS
SELECT
  NULL::text        AS id,               -- not null, unique; opaque and stable
  NULL::text        AS full_name,        -- nullable; given, middle and last name in this order
  NULL::date        AS date_of_birth,    -- nullable; calendar day
  NULL::text        AS sex,              -- nullable; the agency's word
  NULL::text        AS race,             -- nullable; the agency's word
  NULL::boolean     AS juvenile,         -- not null; under 18 at the occurrence of any report that names the person
  NULL::boolean     AS victim_protected, -- not null; victim of a sex crime or of domestic violence in any report
  NULL::text        AS owner_ori,        -- not null; 9 characters, the ORI of the agency that owns the row
  NULL::text        AS owner_name,       -- not null; that agency's name
  NULL::boolean     AS shared,           -- not null; whether the owner lets partner agencies read the row
  NULL::text        AS handling,         -- not null; open, juvenile, victim, restricted or sealed: the strictest that applies
  NULL::timestamptz AS observed_at,      -- nullable; UTC instant at which the fact was observed in the world
  NULL::timestamptz AS changed_at,       -- not null; UTC instant at which the row last changed in the source
  NULL::boolean     AS derived,          -- not null; true where the row was derived from other records
  NULL::boolean     AS synthetic,        -- not null; true where the row stands for nobody and nothing real
  NULL::text        AS source_id         -- not null; the record's own key in the source; no running number, of which a gap would tell of a hidden row
WHERE false;

-- name_key: one row per key that a word is found by; of every word that stands in a person's name.
-- index: key, kind
CREATE OR REPLACE VIEW rms.name_key AS
SELECT
  NULL::text        AS word,      -- not null; letters alone, upper case, as wordsOf of subgraphs/rms/namekeys.ts makes it
  NULL::text        AS kind,      -- not null; word, sound, nickname, spelling, trigram or initial
  NULL::text        AS key,       -- not null; upper case, as wordKeys of subgraphs/rms/namekeys.ts makes it
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- person_name: one row per word of a person's name.
-- index: word
CREATE OR REPLACE VIEW rms.person_name AS
SELECT
  NULL::text        AS person_id, -- not null; rms.person.id
  NULL::text        AS word,      -- not null; rms.name_key.word
  NULL::timestamptz AS changed_at -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- person_phone: one row per phone number on record for a person; may be empty.
-- index: person_id
-- index: number_key
-- index: digits
CREATE OR REPLACE VIEW rms.person_phone AS
SELECT
  NULL::text        AS id,         -- not null, unique; opaque and stable
  NULL::text        AS person_id,  -- not null; rms.person.id
  NULL::text        AS number,     -- not null; as the record spells it
  NULL::text        AS digits,     -- not null; its digits alone, without the country's 1
  NULL::text        AS number_key, -- not null; the last seven of them, by which it is found
  NULL::text        AS kind,       -- nullable; MOBILE, HOME or WORK
  NULL::boolean     AS synthetic,  -- not null; true where the number is nobody's
  NULL::timestamptz AS changed_at  -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- involvement: one row per role that a person had in a report.
-- index: report_id
-- index: person_id
CREATE OR REPLACE VIEW rms.involvement AS
SELECT
  NULL::text        AS id,                -- not null, unique; opaque and stable
  NULL::text        AS report_id,         -- not null; rms.report.id
  NULL::text        AS person_id,         -- not null; rms.person.id
  NULL::text        AS role,              -- not null; SUSPECT, ARRESTEE, VICTIM, WITNESS, REPORTING_PERSON, INTERVIEWEE, MISSING_PERSON or OTHER
  NULL::integer     AS position,          -- not null; order within the report
  NULL::integer     AS age_at_occurrence, -- nullable; whole years as the report states it
  NULL::boolean     AS fatally_injured,   -- nullable; whether the person died of it
  NULL::text        AS handling,          -- not null; open, juvenile, victim, restricted or sealed: the strictest that this role brings
  NULL::timestamptz AS changed_at         -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- offense: one row per offense of a report.
-- index: id
-- index: report_id
CREATE OR REPLACE VIEW rms.offense AS
SELECT
  NULL::text        AS id,         -- not null, unique; opaque and stable
  NULL::text        AS report_id,  -- not null; rms.report.id
  NULL::integer     AS position,   -- not null; order within the report
  NULL::text        AS code,       -- not null; charge of the agency's list, or its signal where nobody was charged
  NULL::text        AS text,       -- nullable; what the list says of the code
  NULL::text        AS nibrs,      -- nullable; NIBRS offense code, 120
  NULL::text        AS nibrs_text, -- nullable; the FBI's name of that code
  NULL::boolean     AS derived,    -- not null; true where the offense was taken from the signal
  NULL::timestamptz AS changed_at  -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- offense_charged: one row per person charged with an offense; may be empty.
-- index: offense_id
CREATE OR REPLACE VIEW rms.offense_charged AS
SELECT
  NULL::text        AS id,         -- not null, unique; opaque and stable
  NULL::text        AS offense_id, -- not null; rms.offense.id
  NULL::text        AS person_id,  -- not null; rms.person.id
  NULL::timestamptz AS changed_at  -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- arrest: one row per arrest of a person under a report; may be empty.
-- index: report_id
CREATE OR REPLACE VIEW rms.arrest AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS report_id,   -- not null; rms.report.id
  NULL::text        AS person_id,   -- not null; rms.person.id
  NULL::timestamptz AS arrested_at, -- nullable; UTC instant
  NULL::timestamptz AS changed_at   -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- arrest_charge: one row per offense that an arrest was for; may be empty.
-- index: arrest_id
CREATE OR REPLACE VIEW rms.arrest_charge AS
SELECT
  NULL::text        AS id,         -- not null, unique; opaque and stable
  NULL::text        AS arrest_id,  -- not null; rms.arrest.id
  NULL::text        AS offense_id, -- not null; rms.offense.id
  NULL::timestamptz AS changed_at  -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- vehicle: one row per vehicle that a report mentions; may be empty.
-- index: id
-- index: plate_key
-- index: owner_person_id
CREATE OR REPLACE VIEW rms.vehicle AS
SELECT
  NULL::text        AS id,              -- not null, unique; opaque and stable
  NULL::text        AS plate,           -- nullable; as the plate shows it
  NULL::text        AS plate_key,       -- nullable; letters and digits alone, upper case, letter O as digit 0
  NULL::text        AS plate_state,     -- nullable; two letters
  NULL::text        AS vin,             -- nullable; 17 characters
  NULL::text        AS make,            -- nullable; manufacturer's name
  NULL::text        AS model,           -- nullable; model's name
  NULL::integer     AS year,            -- nullable; model year
  NULL::text        AS color,           -- nullable; the agency's word
  NULL::text        AS owner_person_id, -- nullable; rms.person.id
  NULL::text        AS owner_ori,       -- not null; 9 characters, the ORI of the agency that owns the row
  NULL::text        AS owner_name,      -- not null; that agency's name
  NULL::boolean     AS shared,          -- not null; whether the owner lets partner agencies read the row
  NULL::text        AS handling,        -- not null; open, juvenile, victim, restricted or sealed: the strictest that applies
  NULL::timestamptz AS observed_at,     -- nullable; UTC instant at which the fact was observed in the world
  NULL::timestamptz AS changed_at,      -- not null; UTC instant at which the row last changed in the source
  NULL::boolean     AS derived,         -- not null; true where the row was derived from other records
  NULL::boolean     AS synthetic,       -- not null; true where the row stands for nobody and nothing real
  NULL::text        AS source_id        -- not null; the record's own key in the source; no running number, of which a gap would tell of a hidden row
WHERE false;

-- report_vehicle: one row per vehicle and report that mentions it; may be empty.
-- index: report_id
-- index: vehicle_id
CREATE OR REPLACE VIEW rms.report_vehicle AS
SELECT
  NULL::text        AS id,          -- not null, unique; opaque and stable
  NULL::text        AS report_id,   -- not null; rms.report.id
  NULL::text        AS vehicle_id,  -- not null; rms.vehicle.id
  NULL::text        AS involvement, -- nullable; STOLEN, SUSPECT or VICTIM
  NULL::timestamptz AS changed_at   -- not null; UTC instant at which the row last changed in the source
WHERE false;

-- warrant: one row per arrest warrant; may be empty.
-- index: person_id
CREATE OR REPLACE VIEW rms.warrant AS
SELECT
  NULL::text        AS id,                -- not null, unique; opaque and stable
  NULL::text        AS number,            -- not null; as the court prints it
  NULL::text        AS person_id,         -- not null; rms.person.id
  NULL::timestamptz AS issued_at,         -- nullable; UTC instant
  NULL::text        AS status,            -- not null; ACTIVE, SERVED or RECALLED
  NULL::text        AS charge_code,       -- nullable; charge of the agency's list
  NULL::text        AS charge_text,       -- nullable; what the list says of it
  NULL::text        AS charge_nibrs,      -- nullable; NIBRS offense code
  NULL::text        AS charge_nibrs_text, -- nullable; the FBI's name of that code
  NULL::text        AS owner_ori,         -- not null; 9 characters, the ORI of the agency that owns the row
  NULL::text        AS owner_name,        -- not null; that agency's name
  NULL::boolean     AS shared,            -- not null; whether the owner lets partner agencies read the row
  NULL::text        AS handling,          -- not null; open, juvenile, victim, restricted or sealed: the strictest that applies
  NULL::timestamptz AS observed_at,       -- nullable; UTC instant at which the fact was observed in the world
  NULL::timestamptz AS changed_at,        -- not null; UTC instant at which the row last changed in the source
  NULL::boolean     AS derived,           -- not null; true where the row was derived from other records
  NULL::boolean     AS synthetic,         -- not null; true where the row stands for nobody and nothing real
  NULL::text        AS source_id          -- not null; the record's own key in the source
WHERE false;
