-- What the agency's DBA grants the hub: the contract's views over the vendor's
-- tables. Codes become words, wall-clock times become instants, keys become
-- opaque ids, and every row says who owns it and how it is to be handled.
-- Look-ups are sub-selects, not joins: PostgreSQL stops looking for the best
-- order at eight joined tables, and the hub joins two or three of these views.
CREATE SCHEMA rms;

-- Functions, so that an index can stand on the very expression that a view shows.
CREATE FUNCTION rms.item_key(number text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')) $$;
CREATE FUNCTION rms.report_id(number text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT 'rep-' || upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')) $$;
CREATE FUNCTION rms.place_key(address text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT upper(regexp_replace(btrim(address), '\s+', ' ', 'g')) $$;
CREATE FUNCTION rms.plate_key(plate text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT replace(upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g')), 'O', '0') $$;
-- Says nothing of the running number behind it, and so cannot be counted through by a caller.
CREATE FUNCTION rms.opaque_id(kind text, seq int) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT kind || '-' || substr(md5(kind || ':' || seq), 1, 16) $$;
CREATE FUNCTION rms.instant(local timestamp) RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT local AT TIME ZONE 'America/Chicago' $$;

CREATE VIEW rms.report AS
SELECT
  rms.report_id(r.itm_no) AS id,
  r.itm_no AS number,
  rms.item_key(r.itm_no) AS item,
  (SELECT d.dsp_txt FROM rms_vendor.lk_dsp d WHERE d.dsp_cd = r.dsp_cd) AS status_code,
  (SELECT initcap(d.dsp_txt) FROM rms_vendor.lk_dsp d WHERE d.dsp_cd = r.dsp_cd) AS status_text,
  NOT EXISTS (SELECT 1 FROM rms_vendor.lk_dsp d WHERE d.dsp_cd = r.dsp_cd AND d.dsp_txt IN ('CLOSED', 'UNFOUNDED')) AS case_open,
  r.sig_cd AS signal_code,
  (SELECT s.sig_txt FROM rms_vendor.lk_sig s WHERE s.sig_cd = r.sig_cd) AS signal_text,
  rms.instant(r.occ_dt) AS occurred_at,
  r.loc_txt AS address,
  rms.place_key(r.loc_txt) AS place_id,
  r.dist_cd AS district,
  coalesce((SELECT array_agg(k.knd_txt ORDER BY k.knd_txt) FROM rms_vendor.rpt_knd k WHERE k.rpt_seq = r.rpt_seq), '{}') AS kinds,
  r.hate_fl = 'Y' AS hate_crime,
  a.ori_no AS owner_ori,
  a.agy_nm AS owner_name,
  r.shr_fl = 'Y' AS shared,
  CASE r.seal_fl WHEN 'Y' THEN 'sealed' WHEN 'R' THEN 'restricted' ELSE 'open' END AS handling,
  rms.instant(r.occ_dt) AS observed_at,
  rms.instant(r.upd_dt) AS changed_at,
  false AS derived,
  r.syn_fl = 'Y' AS synthetic,
  r.itm_no AS source_id
FROM rms_vendor.rpt_mst r
JOIN rms_vendor.lk_agy a ON a.agy_cd = r.agy_cd;

CREATE VIEW rms.narrative AS
SELECT rms.report_id(itm_no) AS report_id, narr_txt AS text, rms.instant(upd_dt) AS changed_at
FROM rms_vendor.rpt_mst WHERE narr_txt IS NOT NULL;

-- A person is as protected as its strictest involvement, and hidden where nothing but sealed or restricted reports name it.
CREATE VIEW rms.person AS
SELECT
  rms.opaque_id('per', n.nam_seq) AS id,
  concat_ws(' ', initcap(n.f_nam), initcap(n.m_nam), initcap(n.l_nam)) AS full_name,
  n.dob AS date_of_birth,
  (SELECT x.sex_txt FROM rms_vendor.lk_sex x WHERE x.sex_cd = n.sex_cd) AS sex,
  (SELECT c.rac_txt FROM rms_vendor.lk_rac c WHERE c.rac_cd = n.rac_cd) AS race,
  i.juvenile,
  i.victim_protected,
  a.ori_no AS owner_ori,
  a.agy_nm AS owner_name,
  i.shared,
  CASE WHEN n.seal_fl = 'Y' OR i.all_sealed THEN 'sealed' WHEN i.none_open THEN 'restricted' WHEN i.juvenile THEN 'juvenile' WHEN i.victim_protected THEN 'victim' ELSE 'open' END
    AS handling,
  rms.instant(i.last_seen) AS observed_at,
  rms.instant(n.upd_dt) AS changed_at,
  false AS derived,
  n.syn_fl = 'Y' AS synthetic,
  n.nam_seq::text AS source_id
FROM rms_vendor.nmx n
JOIN rms_vendor.lk_agy a ON a.agy_cd = n.agy_cd
CROSS JOIN LATERAL (
  SELECT
    coalesce(bool_or(v.juv_fl = 'Y'), false) AS juvenile,
    coalesce(bool_or(v.prt_cd <> ''), false) AS victim_protected,
    coalesce(bool_and(r.seal_fl = 'Y'), false) AS all_sealed,
    coalesce(bool_and(r.seal_fl <> 'N'), false) AS none_open,
    coalesce(bool_or(r.shr_fl = 'Y' AND r.seal_fl = 'N'), false) AS shared,
    max(r.occ_dt) AS last_seen
  FROM rms_vendor.inv v JOIN rms_vendor.rpt_mst r ON r.rpt_seq = v.rpt_seq WHERE v.nam_seq = n.nam_seq
) i;

-- The name index is the DBA's own, made for the hub: so it carries the hub's ids, and a search computes none.
ALTER TABLE rms_vendor.nmx_wrd ADD COLUMN per_id text NOT NULL GENERATED ALWAYS AS (rms.opaque_id('per', nam_seq)) STORED;

CREATE VIEW rms.name_key AS
SELECT k.wrd AS word, k.key_typ AS kind, k.key_val AS key, k.upd_dt AS changed_at
FROM rms_vendor.wrd_key k;

-- LEFT JOIN, so that PostgreSQL leaves it out where nobody asks when the name changed.
CREATE VIEW rms.person_name AS
SELECT w.per_id AS person_id, w.wrd AS word, rms.instant(n.upd_dt) AS changed_at
FROM rms_vendor.nmx_wrd w
LEFT JOIN rms_vendor.nmx n ON n.nam_seq = w.nam_seq;

CREATE FUNCTION rms.phone_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^1(?=[0-9]{10}$)', '') $$;

CREATE VIEW rms.person_phone AS
SELECT
  rms.opaque_id('per', f.nam_seq) || '.' || f.ord_no AS id,
  rms.opaque_id('per', f.nam_seq) AS person_id,
  f.ph_txt AS number,
  rms.phone_digits(f.ph_txt) AS digits,
  right(rms.phone_digits(f.ph_txt), 7) AS number_key,
  CASE f.ph_cd WHEN 'M' THEN 'MOBILE' WHEN 'H' THEN 'HOME' WHEN 'W' THEN 'WORK' END AS kind,
  n.syn_fl = 'Y' AS synthetic,
  rms.instant(f.upd_dt) AS changed_at
FROM rms_vendor.nmx_ph f
JOIN rms_vendor.nmx n ON n.nam_seq = f.nam_seq;

CREATE VIEW rms.involvement AS
SELECT
  rms.opaque_id('inv', v.inv_seq) AS id,
  rms.report_id(r.itm_no) AS report_id,
  rms.opaque_id('per', v.nam_seq) AS person_id,
  (SELECT o.rol_txt FROM rms_vendor.lk_rol o WHERE o.rol_cd = v.rol_cd) AS role,
  (SELECT o.rol_ord FROM rms_vendor.lk_rol o WHERE o.rol_cd = v.rol_cd) * 1000 + v.ord_no AS position,
  v.age_yrs AS age_at_occurrence,
  CASE v.ftl_fl WHEN 'Y' THEN true WHEN 'N' THEN false END AS fatally_injured,
  CASE WHEN r.seal_fl = 'Y' THEN 'sealed' WHEN r.seal_fl = 'R' THEN 'restricted' WHEN v.juv_fl = 'Y' THEN 'juvenile' WHEN v.prt_cd <> '' THEN 'victim' ELSE 'open' END AS handling,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.inv v
JOIN rms_vendor.rpt_mst r ON r.rpt_seq = v.rpt_seq;

CREATE VIEW rms.offense AS
SELECT
  rms.opaque_id('off', f.off_seq) AS id,
  rms.report_id(r.itm_no) AS report_id,
  f.ord_no AS position,
  coalesce(c.stat_cd, f.sig_cd) AS code,
  coalesce(c.chg_txt, (SELECT s.sig_txt FROM rms_vendor.lk_sig s WHERE s.sig_cd = f.sig_cd)) AS text,
  coalesce(c.nib_cd, f.nib_cd) AS nibrs,
  (SELECT n.nib_txt FROM rms_vendor.lk_nib n WHERE n.nib_cd = coalesce(c.nib_cd, f.nib_cd)) AS nibrs_text,
  c.chg_no IS NULL AS derived,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.off f
JOIN rms_vendor.rpt_mst r ON r.rpt_seq = f.rpt_seq
LEFT JOIN rms_vendor.lk_chg c ON c.chg_no = f.chg_no;

CREATE VIEW rms.offense_charged AS
SELECT
  rms.opaque_id('off', f.off_seq) || '.' || f.nam_seq AS id,
  rms.opaque_id('off', f.off_seq) AS offense_id,
  rms.opaque_id('per', f.nam_seq) AS person_id,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.off_nam f
JOIN rms_vendor.off o ON o.off_seq = f.off_seq
JOIN rms_vendor.rpt_mst r ON r.rpt_seq = o.rpt_seq;

CREATE VIEW rms.arrest AS
SELECT
  rms.opaque_id('arr', t.arr_seq) AS id,
  rms.report_id(r.itm_no) AS report_id,
  rms.opaque_id('per', t.nam_seq) AS person_id,
  rms.instant(t.arr_dt) AS arrested_at,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.arr t JOIN rms_vendor.rpt_mst r ON r.rpt_seq = t.rpt_seq;

CREATE VIEW rms.arrest_charge AS
SELECT
  rms.opaque_id('arr', t.arr_seq) || '.' || t.off_seq AS id,
  rms.opaque_id('arr', t.arr_seq) AS arrest_id,
  rms.opaque_id('off', t.off_seq) AS offense_id,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.arr_off t
JOIN rms_vendor.arr a ON a.arr_seq = t.arr_seq
JOIN rms_vendor.rpt_mst r ON r.rpt_seq = a.rpt_seq;

CREATE VIEW rms.vehicle AS
SELECT
  rms.opaque_id('veh', v.veh_seq) AS id,
  v.plt_no AS plate,
  rms.plate_key(v.plt_no) AS plate_key,
  v.plt_st::text AS plate_state,
  v.vin_no AS vin,
  v.mak_txt AS make,
  v.mdl_txt AS model,
  v.mdl_yr AS year,
  (SELECT c.col_txt FROM rms_vendor.lk_col c WHERE c.col_cd = v.col_cd) AS color,
  CASE WHEN v.own_nam_seq IS NOT NULL THEN rms.opaque_id('per', v.own_nam_seq) END AS owner_person_id,
  a.ori_no AS owner_ori,
  a.agy_nm AS owner_name,
  i.shared,
  CASE WHEN i.all_sealed THEN 'sealed' WHEN i.none_open THEN 'restricted' ELSE 'open' END AS handling,
  rms.instant(i.last_seen) AS observed_at,
  rms.instant(v.upd_dt) AS changed_at,
  false AS derived,
  v.syn_fl = 'Y' AS synthetic,
  v.veh_seq::text AS source_id
FROM rms_vendor.veh v
JOIN rms_vendor.lk_agy a ON a.agy_cd = v.agy_cd
CROSS JOIN LATERAL (
  SELECT
    coalesce(bool_and(r.seal_fl = 'Y'), false) AS all_sealed,
    coalesce(bool_and(r.seal_fl <> 'N'), false) AS none_open,
    coalesce(bool_or(r.shr_fl = 'Y' AND r.seal_fl = 'N'), false) AS shared,
    max(r.occ_dt) AS last_seen
  FROM rms_vendor.veh_inv j JOIN rms_vendor.rpt_mst r ON r.rpt_seq = j.rpt_seq WHERE j.veh_seq = v.veh_seq
) i;

CREATE VIEW rms.report_vehicle AS
SELECT
  rms.opaque_id('veh', j.veh_seq) || '.' || rms.item_key(r.itm_no) AS id,
  rms.report_id(r.itm_no) AS report_id,
  rms.opaque_id('veh', j.veh_seq) AS vehicle_id,
  CASE j.inv_cd WHEN 'S' THEN 'STOLEN' WHEN 'O' THEN 'SUSPECT' WHEN 'V' THEN 'VICTIM' END AS involvement,
  rms.instant(r.upd_dt) AS changed_at
FROM rms_vendor.veh_inv j JOIN rms_vendor.rpt_mst r ON r.rpt_seq = j.rpt_seq;

CREATE VIEW rms.warrant AS
SELECT
  rms.opaque_id('wnt', w.wnt_seq) AS id,
  w.wnt_no AS number,
  rms.opaque_id('per', w.nam_seq) AS person_id,
  rms.instant(w.iss_dt) AS issued_at,
  CASE w.sts_cd WHEN 'A' THEN 'ACTIVE' WHEN 'S' THEN 'SERVED' ELSE 'RECALLED' END AS status,
  c.stat_cd AS charge_code,
  c.chg_txt AS charge_text,
  c.nib_cd AS charge_nibrs,
  (SELECT n.nib_txt FROM rms_vendor.lk_nib n WHERE n.nib_cd = c.nib_cd) AS charge_nibrs_text,
  a.ori_no AS owner_ori,
  a.agy_nm AS owner_name,
  r.shr_fl = 'Y' AS shared,
  CASE r.seal_fl WHEN 'Y' THEN 'sealed' WHEN 'R' THEN 'restricted' ELSE 'open' END AS handling,
  rms.instant(w.iss_dt) AS observed_at,
  rms.instant(w.upd_dt) AS changed_at,
  false AS derived,
  w.syn_fl = 'Y' AS synthetic,
  w.wnt_no AS source_id
FROM rms_vendor.wnt w
JOIN rms_vendor.rpt_mst r ON r.rpt_seq = w.rpt_seq
JOIN rms_vendor.lk_agy a ON a.agy_cd = r.agy_cd
LEFT JOIN rms_vendor.lk_chg c ON c.chg_no = w.chg_no;
