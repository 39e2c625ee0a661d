-- A vehicle-location product's own tables, with the habits such products have:
-- short upper-case-style names, flags of one letter, positions as integers of
-- 1e-5 degree (TAIP's own unit), whole-number headings with 999 for none, miles
-- per hour in tenths, times as milliseconds since 1970, and installation dates
-- in local time without a zone.
DROP SCHEMA IF EXISTS avl_vendor CASCADE;
CREATE SCHEMA avl_vendor;

CREATE TABLE avl_vendor.agcy (
  agcy_cd char(4) PRIMARY KEY,
  ori_no  char(9) NOT NULL,
  agcy_nm varchar(60) NOT NULL
);

CREATE TABLE avl_vendor.veh (
  veh_no   integer PRIMARY KEY,
  veh_nm   varchar(20) NOT NULL,
  agcy_cd  char(4) NOT NULL REFERENCES avl_vendor.agcy,
  shr_fl   char(1) NOT NULL DEFAULT 'Y',
  covrt_fl char(1) NOT NULL DEFAULT 'N',
  sim_fl   char(1) NOT NULL DEFAULT 'N',
  syn_fl   char(1) NOT NULL DEFAULT 'N',
  UNIQUE (agcy_cd, veh_nm)
);

CREATE TABLE avl_vendor.proto_lkp (
  proto_cd char(1) PRIMARY KEY,
  proto_ds varchar(20) NOT NULL
);
INSERT INTO avl_vendor.proto_lkp VALUES ('T', 'TAIP'), ('N', 'NMEA');

CREATE TABLE avl_vendor.mdm (
  mdm_id   varchar(32) PRIMARY KEY,
  veh_no   integer REFERENCES avl_vendor.veh,
  proto_cd char(1) REFERENCES avl_vendor.proto_lkp,
  pin_ip   varchar(45),
  act_fl   char(1) NOT NULL DEFAULT 'Y',
  instl_dt timestamp NOT NULL
);
CREATE INDEX mdm_veh ON avl_vendor.mdm (veh_no);

CREATE TABLE avl_vendor.stat_lkp (
  stat_cd char(1) PRIMARY KEY,
  stat_ds varchar(20) NOT NULL
);
INSERT INTO avl_vendor.stat_lkp VALUES ('M', 'MOVING'), ('P', 'PARKED'), ('O', 'OFF');

CREATE TABLE avl_vendor.gps_log (
  log_no   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  veh_no   integer NOT NULL,
  mdm_id   varchar(32) NOT NULL,
  lat_e5   integer NOT NULL,
  lon_e5   integer NOT NULL,
  hdg      smallint NOT NULL,
  spd_tmph smallint NOT NULL,
  stat_cd  char(1) NOT NULL,
  gps_ms   bigint NOT NULL,
  rcv_ms   bigint NOT NULL,
  wrt_ms   bigint NOT NULL,
  UNIQUE (mdm_id, gps_ms)
);
CREATE INDEX gps_log_veh_tm ON avl_vendor.gps_log (veh_no, (to_timestamp(gps_ms / 1000.0)) DESC);
CREATE INDEX gps_log_tm ON avl_vendor.gps_log (gps_ms);

CREATE TABLE avl_vendor.gps_cur (
  veh_no   integer PRIMARY KEY,
  log_no   bigint NOT NULL,
  lat_e5   integer NOT NULL,
  lon_e5   integer NOT NULL,
  hdg      smallint NOT NULL,
  spd_tmph smallint NOT NULL,
  stat_cd  char(1) NOT NULL,
  gps_ms   bigint NOT NULL,
  rcv_ms   bigint NOT NULL,
  wrt_ms   bigint NOT NULL
);
