-- The DBA's views over the vendor's tables: they fulfil ../contract.sql. Local
-- times become instants, State Plane feet become degrees, codes become words.

DROP SCHEMA IF EXISTS cad CASCADE;
CREATE SCHEMA cad;

-- EPSG:3452 (NAD83, Louisiana South, US survey feet) to degrees: the inverse of
-- Lambert's conformal conic with two standard parallels (29°18', 30°42') on
-- GRS80. The constants follow from these by Snyder, "Map Projections", 15-1 ff.:
-- cone constant 0.5000126896308132, radius a·F 47655735.01791473 ft, radius at
-- the origin 36816455.592489064 ft, central meridian 91°20' W, false easting
-- 3280833.3333333335 ft. NAD83 counts as WGS84: they differ by a meter or two,
-- and so do the publisher's own points.
CREATE FUNCTION cad.longitude_of(x integer, y integer) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x BETWEEN 1 AND 9999999 AND y BETWEEN 1 AND 2999999 THEN
    degrees(atan2(x::float8 - 3280833.3333333335, 36816455.592489064 - y::float8) / 0.5000126896308132) - 91.33333333333333
  END
$$;

-- The series turns the conformal latitude into the geodetic one (Snyder, 3-5): no iteration.
CREATE FUNCTION cad.latitude_of(x integer, y integer) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x BETWEEN 1 AND 9999999 AND y BETWEEN 1 AND 2999999 THEN
    degrees(chi + 0.0033565514853511422 * sin(2 * chi) + 6.571872775293961e-6 * sin(4 * chi) + 1.764564364678163e-8 * sin(6 * chi))
  END
  FROM (
    SELECT pi() / 2 - 2 * atan(power(
      sqrt((x::float8 - 3280833.3333333335) ^ 2 + (36816455.592489064 - y::float8) ^ 2) / 47655735.01791473, 1 / 0.5000126896308132
    )) AS chi
  ) AS conformal
$$;

CREATE VIEW cad.incident AS
SELECT
  'inc-' || c.itm_no AS id,
  regexp_replace(c.itm_no, '^([A-Z])([0-9]{5})([0-9]+)$', '\1-\2-\3') AS number,
  c.itm_no::text AS number_key,
  CASE WHEN c.t_cls IS NOT NULL THEN 'CLOSED' WHEN c.t_arv IS NOT NULL THEN 'ON_SCENE'
       WHEN c.t_dsp IS NOT NULL THEN 'DISPATCHED' ELSE 'RECEIVED' END AS status,
  c.pri_cd::text AS priority,
  c.pri_ini::text AS initial_priority,
  c.typ_cd::text AS type_code,
  t.typ_tx::text AS type_text,
  c.typ_ini::text AS initial_type_code,
  i.typ_tx::text AS initial_type_text,
  c.t_crt AT TIME ZONE 'America/Chicago' AS received_at,
  c.t_dsp AT TIME ZONE 'America/Chicago' AS dispatched_at,
  c.t_arv AT TIME ZONE 'America/Chicago' AS arrived_at,
  c.t_cls AT TIME ZONE 'America/Chicago' AS closed_at,
  coalesce(c.t_dsp < c.t_crt, false) OR coalesce(c.t_arv < c.t_crt, false) OR coalesce(c.t_arv < c.t_dsp, false)
    OR coalesce(c.t_cls < greatest(c.t_crt, c.t_dsp, c.t_arv), false) AS times_in_doubt,
  c.slf_fl = 'Y' AS self_initiated,
  c.dspo_cd::text AS disposition_code,
  d.dspo_tx::text AS disposition_text,
  c.blk_adr::text AS address,
  upper(regexp_replace(btrim(c.blk_adr), '\s+', ' ', 'g')) AS place_id,
  c.bt_cd::text AS beat,
  substring(c.bt_cd from '^[1-8][A-Z]') AS zone,
  nullif(c.pd_cd, '0')::text AS district,
  nullif(c.zip_cd, '')::text AS postal_code,
  cad.latitude_of(c.mapx, c.mapy) AS latitude,
  cad.longitude_of(c.mapx, c.mapy) AS longitude,
  a.ori_no::text AS owner_ori,
  a.agy_nm::text AS owner_name,
  c.shr_fl = 'Y' AS shared,
  lower(h.hndl_tx) AS handling,
  c.t_crt AT TIME ZONE 'America/Chicago' AS observed_at,
  false AS derived,
  c.syn_fl = 'Y' AS synthetic,
  c.itm_no::text AS source_id,
  c.last_upd AS changed_at
FROM cad_vendor.cl_mstr c
JOIN cad_vendor.cd_agy a USING (agy_cd)
JOIN cad_vendor.cd_hndl h USING (hndl_cd)
LEFT JOIN cad_vendor.cd_typ t ON t.typ_cd = c.typ_cd
LEFT JOIN cad_vendor.cd_typ i ON i.typ_cd = c.typ_ini
LEFT JOIN cad_vendor.cd_dspo d ON d.dspo_cd = c.dspo_cd;

-- Units are derived: the published calls name none.
CREATE VIEW cad.unit AS
SELECT
  'unit-' || a.ori_no || '-' || u.unt_id AS id,
  u.unt_id::text AS call_sign,
  CASE u.unst_cd WHEN 'DP' THEN 'DISPATCHED' WHEN 'ER' THEN 'EN_ROUTE' WHEN 'OS' THEN 'ON_SCENE'
       WHEN 'OO' THEN 'OUT_OF_SERVICE' ELSE 'AVAILABLE' END AS status,
  u.bt_cd::text AS beat,
  u.pd_cd::text AS district,
  'inc-' || c.itm_no AS incident_id,
  a.ori_no::text AS owner_ori,
  a.agy_nm::text AS owner_name,
  u.shr_fl = 'Y' AS shared,
  'open' AS handling,
  u.t_st AT TIME ZONE 'America/Chicago' AS observed_at,
  true AS derived,
  u.syn_fl = 'Y' AS synthetic,
  u.unt_id::text AS source_id,
  u.last_upd AS changed_at
FROM cad_vendor.unt_mstr u
JOIN cad_vendor.cd_agy a USING (agy_cd)
LEFT JOIN cad_vendor.cl_mstr c USING (cl_key);

CREATE VIEW cad.dispatch AS
SELECT
  'dsp-' || c.itm_no || '-' || a.ori_no || '-' || u.unt_id AS id,
  'inc-' || c.itm_no AS incident_id,
  'unit-' || a.ori_no || '-' || u.unt_id AS unit_id,
  h.t_dsp AT TIME ZONE 'America/Chicago' AS dispatched_at,
  h.t_enr AT TIME ZONE 'America/Chicago' AS en_route_at,
  h.t_ons AT TIME ZONE 'America/Chicago' AS on_scene_at,
  h.t_clr AT TIME ZONE 'America/Chicago' AS cleared_at,
  least(h.t_dsp, h.t_enr, h.t_ons, h.t_clr) AT TIME ZONE 'America/Chicago' AS first_at,
  a.ori_no::text AS owner_ori,
  u.shr_fl = 'Y' AS shared,
  'open' AS handling,
  true AS derived,
  h.last_upd AS changed_at
FROM cad_vendor.cl_mstr c
CROSS JOIN LATERAL (
  SELECT
    unt_key,
    min(t_st) FILTER (WHERE unst_cd = 'DP') AS t_dsp,
    min(t_st) FILTER (WHERE unst_cd = 'ER') AS t_enr,
    min(t_st) FILTER (WHERE unst_cd = 'OS') AS t_ons,
    max(t_st) FILTER (WHERE unst_cd = 'CL') AS t_clr,
    max(last_upd) AS last_upd
  FROM cad_vendor.unt_hst WHERE cl_key = c.cl_key GROUP BY unt_key
) h
JOIN cad_vendor.unt_mstr u ON u.unt_key = h.unt_key
JOIN cad_vendor.cd_agy a ON a.agy_cd = u.agy_cd;

-- Remarks are derived from the status log: the published calls have none.
CREATE VIEW cad.incident_note AS
SELECT
  'note-' || lpad(n.cmt_key::text, 10, '0') AS id,
  'inc-' || c.itm_no AS incident_id,
  n.t_cmt AT TIME ZONE 'America/Chicago' AS written_at,
  n.cmt_tx AS body,
  true AS derived,
  n.last_upd AS changed_at
FROM cad_vendor.cmt n
JOIN cad_vendor.cl_mstr c USING (cl_key);

-- Callers are made up: the published calls have none.
CREATE VIEW cad.caller AS
SELECT
  'inc-' || c.itm_no AS incident_id,
  r.clr_nm::text AS name,
  r.clr_ph::text AS phone,
  true AS synthetic,
  r.last_upd AS changed_at
FROM cad_vendor.clr r
JOIN cad_vendor.cl_mstr c USING (cl_key);

CREATE VIEW cad.video_request AS
SELECT
  'vrq-' || lpad(v.vrq_key::text, 10, '0') AS id,
  'inc-' || c.itm_no AS incident_id,
  v.sig_tx::text AS requested_for,
  r.vrsl_tx::text AS outcome,
  CASE v.vrsl_cd WHEN 'Y' THEN true WHEN 'N' THEN false END AS relevant_video_found,
  v.last_upd AS changed_at
FROM cad_vendor.vrq v
JOIN cad_vendor.cl_mstr c USING (cl_key)
LEFT JOIN cad_vendor.cd_vrsl r USING (vrsl_cd);
