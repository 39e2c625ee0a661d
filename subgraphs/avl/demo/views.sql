-- The DBA's side: the contract's views over the vendor's tables, and the two
-- functions through which the hub's listener writes. Conversions happen here:
-- 1e-5 degree → degrees, tenths of a mile per hour → km/h, 999 → no heading,
-- milliseconds → instants, installation dates from local time.
DROP SCHEMA IF EXISTS avl CASCADE;
CREATE SCHEMA avl;

CREATE VIEW avl.unit_position AS
SELECT
  'unit-' || a.ori_no || '-' || v.veh_nm                       AS unit_id,
  c.lat_e5 / 1e5::double precision                             AS latitude,
  c.lon_e5 / 1e5::double precision                             AS longitude,
  CASE WHEN c.hdg < 360 THEN c.hdg::double precision END       AS heading_degrees,
  CASE WHEN c.spd_tmph >= 0 THEN c.spd_tmph * 0.1609344::double precision END AS speed_kph,
  s.stat_ds::text                                              AS device_state,
  to_timestamp(c.gps_ms / 1000.0)                              AS fixed_at,
  to_timestamp(c.rcv_ms / 1000.0)                              AS received_at,
  a.ori_no::text                                               AS owner_ori,
  a.agcy_nm::text                                              AS owner_name,
  v.shr_fl = 'Y'                                               AS shared,
  CASE v.covrt_fl WHEN 'Y' THEN 'sealed' ELSE 'open' END       AS handling,
  to_timestamp(c.gps_ms / 1000.0)                              AS observed_at,
  v.sim_fl = 'Y'                                               AS derived,
  v.syn_fl = 'Y'                                               AS synthetic,
  c.log_no::text                                               AS source_id,
  to_timestamp(c.wrt_ms / 1000.0)                              AS changed_at
FROM avl_vendor.gps_cur c
JOIN avl_vendor.veh v USING (veh_no)
JOIN avl_vendor.agcy a USING (agcy_cd)
JOIN avl_vendor.stat_lkp s USING (stat_cd);

CREATE VIEW avl.fix AS
SELECT
  'fix-' || l.log_no                                           AS id,
  'unit-' || a.ori_no || '-' || v.veh_nm                       AS unit_id,
  l.lat_e5 / 1e5::double precision                             AS latitude,
  l.lon_e5 / 1e5::double precision                             AS longitude,
  CASE WHEN l.hdg < 360 THEN l.hdg::double precision END       AS heading_degrees,
  CASE WHEN l.spd_tmph >= 0 THEN l.spd_tmph * 0.1609344::double precision END AS speed_kph,
  s.stat_ds::text                                              AS device_state,
  to_timestamp(l.gps_ms / 1000.0)                              AS fixed_at,
  to_timestamp(l.rcv_ms / 1000.0)                              AS received_at,
  a.ori_no::text                                               AS owner_ori,
  a.agcy_nm::text                                              AS owner_name,
  v.shr_fl = 'Y'                                               AS shared,
  CASE v.covrt_fl WHEN 'Y' THEN 'sealed' ELSE 'open' END       AS handling,
  to_timestamp(l.gps_ms / 1000.0)                              AS observed_at,
  v.sim_fl = 'Y'                                               AS derived,
  v.syn_fl = 'Y'                                               AS synthetic,
  l.log_no::text                                               AS source_id,
  to_timestamp(l.wrt_ms / 1000.0)                              AS changed_at
FROM avl_vendor.gps_log l
JOIN avl_vendor.veh v USING (veh_no)
JOIN avl_vendor.agcy a USING (agcy_cd)
JOIN avl_vendor.stat_lkp s USING (stat_cd);

CREATE VIEW avl.device AS
SELECT
  m.mdm_id::text                                               AS id,
  'unit-' || a.ori_no || '-' || v.veh_nm                       AS unit_id,
  p.proto_ds::text                                             AS protocol,
  m.pin_ip::text                                               AS pinned_address,
  m.act_fl = 'Y'                                               AS active,
  m.instl_dt AT TIME ZONE 'America/Chicago'                    AS changed_at
FROM avl_vendor.mdm m
LEFT JOIN avl_vendor.veh v USING (veh_no)
LEFT JOIN avl_vendor.agcy a USING (agcy_cd)
LEFT JOIN avl_vendor.proto_lkp p USING (proto_cd);

-- The write stamp only ever grows, whatever the callers' clocks do, so that a
-- reader that polls `changed_at` misses no row. The lock makes batches take turns.
CREATE FUNCTION avl.record_fixes(fixes jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  stamp bigint;
  fresh integer;
BEGIN
  LOCK TABLE avl_vendor.gps_cur IN SHARE ROW EXCLUSIVE MODE;
  SELECT greatest(max(wrt_ms) + 1, (SELECT max((f ->> 'receivedAt')::bigint) FROM jsonb_array_elements(fixes) f))
    INTO stamp FROM avl_vendor.gps_cur;

  WITH given AS (
    SELECT m.veh_no, m.mdm_id, f.latitude, f.longitude, f.heading, f."speedKph", f.state, f."fixedAt", f."receivedAt"
    FROM jsonb_to_recordset(fixes) AS f(device text, latitude float8, longitude float8, heading float8, "speedKph" float8,
                                        state text, "fixedAt" bigint, "receivedAt" bigint)
    JOIN avl_vendor.mdm m ON m.mdm_id = f.device AND m.veh_no IS NOT NULL
  ), logged AS (
    INSERT INTO avl_vendor.gps_log (veh_no, mdm_id, lat_e5, lon_e5, hdg, spd_tmph, stat_cd, gps_ms, rcv_ms, wrt_ms)
    SELECT veh_no, mdm_id, round(latitude * 1e5), round(longitude * 1e5), coalesce(round(heading)::integer % 360, 999),
           coalesce(round("speedKph" / 0.1609344), -1), left(state, 1), "fixedAt", "receivedAt", stamp
    FROM given
    ON CONFLICT (mdm_id, gps_ms) DO NOTHING
    RETURNING *
  ), newest AS (
    SELECT DISTINCT ON (veh_no) * FROM logged ORDER BY veh_no, gps_ms DESC
  ), current AS (
    INSERT INTO avl_vendor.gps_cur AS cur
    SELECT veh_no, log_no, lat_e5, lon_e5, hdg, spd_tmph, stat_cd, gps_ms, rcv_ms, wrt_ms FROM newest
    ON CONFLICT (veh_no) DO UPDATE
      SET log_no = excluded.log_no, lat_e5 = excluded.lat_e5, lon_e5 = excluded.lon_e5, hdg = excluded.hdg,
          spd_tmph = excluded.spd_tmph, stat_cd = excluded.stat_cd, gps_ms = excluded.gps_ms,
          rcv_ms = excluded.rcv_ms, wrt_ms = excluded.wrt_ms
      WHERE excluded.gps_ms >= cur.gps_ms
  )
  SELECT count(*) INTO fresh FROM logged;

  IF fresh > 0 THEN PERFORM pg_notify('avl', ''); END IF;
  RETURN fresh;
END $$;

CREATE FUNCTION avl.prune_fixes(horizon timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  gone integer;
BEGIN
  DELETE FROM avl_vendor.gps_log l
  WHERE l.gps_ms < extract(epoch FROM horizon) * 1000
    AND NOT EXISTS (SELECT FROM avl_vendor.gps_cur c WHERE c.log_no = l.log_no);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
