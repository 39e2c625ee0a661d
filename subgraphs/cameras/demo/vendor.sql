-- A camera registry as its vendor built it: short names, codes with lookup
-- tables, coordinates typed in as text, heights in feet, agreement dates in
-- local time without a zone. LST_UPD alone is UTC (the vendor's server clock).
CREATE SCHEMA cameras_vendor;
SET search_path TO cameras_vendor;

CREATE TABLE typ_l (typ_cd char(1) PRIMARY KEY, typ_nm varchar(20) NOT NULL);
CREATE TABLE sts_l (sts_cd smallint PRIMARY KEY, sts_nm varchar(20) NOT NULL);
CREATE TABLE prot_l (prot_cd smallint PRIMARY KEY, prot_nm varchar(10) NOT NULL);
CREATE TABLE agy_l (agy_cd char(2) PRIMARY KEY, ori_no char(9) NOT NULL, agy_nm varchar(60) NOT NULL);

INSERT INTO typ_l VALUES ('F', 'FIXED'), ('P', 'PAN-TILT-ZOOM'), ('D', 'DOME'), ('U', 'NOT SURVEYED');
INSERT INTO sts_l VALUES (1, 'IN SERVICE'), (2, 'NO SIGNAL'), (3, 'WORK ORDER'), (9, 'NOT POLLED');
INSERT INTO prot_l VALUES (1, 'RTSP'), (2, 'HLS'), (3, 'WEBRTC');

CREATE TABLE pty (pty_no integer PRIMARY KEY, pty_nm varchar(80) NOT NULL, pty_typ char(1) NOT NULL);

CREATE TABLE cam_ast (
  ast_no   varchar(16) PRIMARY KEY,
  ast_dsc  varchar(80) NOT NULL,
  typ_cd   char(1)     NOT NULL REFERENCES typ_l,
  sts_cd   smallint    NOT NULL REFERENCES sts_l,
  own_cd   char(1)     NOT NULL, -- M municipal, P partner
  pty_no   integer     NOT NULL REFERENCES pty,
  agy_cd   char(2)     NOT NULL REFERENCES agy_l,
  lat_txt  varchar(32),
  lon_txt  varchar(32),
  brg_deg  smallint,
  tlt_deg  smallint,
  fov_deg  smallint,
  hgt_ft   numeric(5, 1),
  shr_fl   char(1)     NOT NULL DEFAULT 'N',
  cvrt_fl  char(1)     NOT NULL DEFAULT 'N',
  rtrd_fl  char(1)     NOT NULL DEFAULT 'N',
  svy_dt   date,
  lst_upd  timestamp   NOT NULL
);
CREATE INDEX cam_ast_upd ON cam_ast (lst_upd);
CREATE INDEX cam_ast_pty ON cam_ast (pty_no);

CREATE TABLE mou_hdr (
  mou_no   integer     PRIMARY KEY,
  pty_no   integer     NOT NULL REFERENCES pty,
  agy_cd   char(2)     NOT NULL REFERENCES agy_l,
  scp_flg  varchar(3)  NOT NULL, -- any of L live, R recorded, P pan-tilt-zoom
  eff_dt   timestamp,
  exp_dt   timestamp,
  rvk_dt   timestamp,
  shr_fl   char(1)     NOT NULL DEFAULT 'N',
  lst_upd  timestamp   NOT NULL
);
CREATE INDEX mou_hdr_upd ON mou_hdr (lst_upd);

CREATE TABLE mou_trg (
  mou_no   integer      NOT NULL REFERENCES mou_hdr,
  trg_seq  smallint     NOT NULL,
  trg_txt  varchar(120) NOT NULL,
  PRIMARY KEY (mou_no, trg_seq)
);

CREATE TABLE mou_ast (
  mou_no   integer     NOT NULL REFERENCES mou_hdr,
  ast_no   varchar(16) NOT NULL REFERENCES cam_ast,
  lst_upd  timestamp   NOT NULL,
  PRIMARY KEY (mou_no, ast_no)
);
CREATE INDEX mou_ast_ast ON mou_ast (ast_no);

CREATE TABLE strm_ref (
  strm_no  varchar(24) PRIMARY KEY,
  ast_no   varchar(16) NOT NULL REFERENCES cam_ast,
  prot_cd  smallint    NOT NULL REFERENCES prot_l,
  ref_txt  varchar(80) NOT NULL,
  liv_fl   char(1)     NOT NULL,
  rec_fl   char(1)     NOT NULL,
  ptz_fl   char(1)     NOT NULL,
  lst_upd  timestamp   NOT NULL
);
CREATE INDEX strm_ref_ast ON strm_ref (ast_no);

CREATE TABLE svc_area (
  area_cd  varchar(8) PRIMARY KEY,
  w_deg    numeric(9, 6) NOT NULL,
  s_deg    numeric(9, 6) NOT NULL,
  e_deg    numeric(9, 6) NOT NULL,
  n_deg    numeric(9, 6) NOT NULL,
  lst_upd  timestamp     NOT NULL
);

RESET search_path;
