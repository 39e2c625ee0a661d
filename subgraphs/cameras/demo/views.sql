-- The DBA's views over the vendor's tables: what contract.sql asks for.
-- Codes become words, text becomes numbers, feet become meters, local time
-- becomes instants. What a code list does not know becomes the careful answer.
-- `changed_at` is cut to milliseconds: readers resume from it, and JavaScript's
-- dates hold no more.
CREATE SCHEMA IF NOT EXISTS cameras;

-- The hub asks by the ids that these views make.
CREATE INDEX cam_ast_hub_id ON cameras_vendor.cam_ast (('cam-' || ast_no));
CREATE INDEX strm_ref_hub_id ON cameras_vendor.strm_ref (('cam-' || ast_no));
CREATE INDEX mou_ast_hub_id ON cameras_vendor.mou_ast (('cam-' || ast_no));

CREATE VIEW cameras.camera AS
SELECT
  'cam-' || a.ast_no AS id,
  a.ast_dsc::text AS label,
  CASE a.typ_cd WHEN 'F' THEN 'FIXED' WHEN 'P' THEN 'PTZ' WHEN 'D' THEN 'DOME' ELSE 'UNKNOWN' END AS kind,
  CASE a.own_cd WHEN 'M' THEN 'PUBLIC' ELSE 'PRIVATE' END AS ownership,
  p.pty_nm::text AS party_name,
  CASE a.sts_cd WHEN 1 THEN 'ONLINE' WHEN 2 THEN 'OFFLINE' WHEN 3 THEN 'MAINTENANCE' ELSE 'UNKNOWN' END AS status,
  CASE WHEN a.lat_txt ~ '^\s*[-+]?[0-9]{1,3}(\.[0-9]*)?\s*$' THEN trim(a.lat_txt)::double precision END AS latitude,
  CASE WHEN a.lon_txt ~ '^\s*[-+]?[0-9]{1,3}(\.[0-9]*)?\s*$' THEN trim(a.lon_txt)::double precision END AS longitude,
  a.brg_deg::double precision AS heading_degrees,
  a.tlt_deg::double precision AS tilt_degrees,
  a.fov_deg::double precision AS field_of_view_degrees,
  round(a.hgt_ft * 0.3048, 2)::double precision AS height_meters,
  a.rtrd_fl = 'Y' AS retired,
  g.ori_no::text AS owner_ori,
  g.agy_nm::text AS owner_name,
  a.shr_fl = 'Y' AS shared,
  CASE a.cvrt_fl WHEN 'N' THEN 'open' ELSE 'sealed' END AS handling,
  a.svy_dt::timestamp AT TIME ZONE 'America/Chicago' AS observed_at,
  true AS derived,   -- the label comes from the nearest streets, the owning agency from the asset number
  true AS synthetic, -- kind, pose, status and partner's number stand for nothing recorded; the position is real
  a.ast_no::text AS source_id,
  date_trunc('milliseconds', greatest(a.lst_upd, m.lst_upd) AT TIME ZONE 'UTC') AS changed_at
FROM cameras_vendor.cam_ast a
JOIN cameras_vendor.pty p ON p.pty_no = a.pty_no
JOIN cameras_vendor.agy_l g ON g.agy_cd = a.agy_cd
LEFT JOIN (
  SELECT x.ast_no, max(h.lst_upd) AS lst_upd
  FROM cameras_vendor.mou_ast x
  JOIN cameras_vendor.mou_hdr h ON h.mou_no = x.mou_no
  GROUP BY x.ast_no
) m ON m.ast_no = a.ast_no;

CREATE VIEW cameras.agreement AS
SELECT
  'agr-' || h.mou_no AS id,
  p.pty_nm::text AS party_name,
  h.scp_flg LIKE '%L%' AS scope_live,
  h.scp_flg LIKE '%R%' AS scope_recorded,
  h.scp_flg LIKE '%P%' AS scope_ptz,
  ARRAY(SELECT t.trg_txt::text FROM cameras_vendor.mou_trg t WHERE t.mou_no = h.mou_no ORDER BY t.trg_seq) AS triggers,
  h.eff_dt AT TIME ZONE 'America/Chicago' AS valid_from,
  h.exp_dt AT TIME ZONE 'America/Chicago' AS expires_at,
  h.rvk_dt AT TIME ZONE 'America/Chicago' AS revoked_at,
  g.ori_no::text AS owner_ori,
  g.agy_nm::text AS owner_name,
  h.shr_fl = 'Y' AS shared,
  'open' AS handling,
  NULL::timestamptz AS observed_at,
  false AS derived,
  true AS synthetic, -- no agreement of the demo exists
  h.mou_no::text AS source_id,
  date_trunc('milliseconds', h.lst_upd AT TIME ZONE 'UTC') AS changed_at
FROM cameras_vendor.mou_hdr h
JOIN cameras_vendor.pty p ON p.pty_no = h.pty_no
JOIN cameras_vendor.agy_l g ON g.agy_cd = h.agy_cd;

CREATE VIEW cameras.coverage AS
SELECT
  'cov-' || x.mou_no || '-' || x.ast_no AS id,
  'cam-' || x.ast_no AS camera_id,
  'agr-' || x.mou_no AS agreement_id,
  date_trunc('milliseconds', x.lst_upd AT TIME ZONE 'UTC') AS changed_at
FROM cameras_vendor.mou_ast x;

CREATE VIEW cameras.stream AS
SELECT
  'str-' || s.strm_no AS id,
  'cam-' || s.ast_no AS camera_id,
  p.prot_nm::text AS protocol,
  s.ref_txt::text AS reference,
  s.liv_fl = 'Y' AS live,
  s.rec_fl = 'Y' AS recorded,
  s.ptz_fl = 'Y' AS ptz,
  date_trunc('milliseconds', s.lst_upd AT TIME ZONE 'UTC') AS changed_at
FROM cameras_vendor.strm_ref s
JOIN cameras_vendor.prot_l p ON p.prot_cd = s.prot_cd;

CREATE VIEW cameras.service_area AS
SELECT
  'area-' || area_cd AS id,
  w_deg::double precision AS west,
  s_deg::double precision AS south,
  e_deg::double precision AS east,
  n_deg::double precision AS north,
  date_trunc('milliseconds', lst_upd AT TIME ZONE 'UTC') AS changed_at
FROM cameras_vendor.svc_area;
