-- The records system as its vendor ships it: numbered tables of short names,
-- code columns with look-up tables, wall-clock times without a zone, names cut
-- in pieces. The agency cannot change it and the hub never reads it directly.
DROP SCHEMA IF EXISTS rms CASCADE;
DROP SCHEMA IF EXISTS rms_vendor CASCADE;
CREATE SCHEMA rms_vendor;

-- Look-up tables.
CREATE TABLE rms_vendor.lk_agy (agy_cd text PRIMARY KEY, ori_no text NOT NULL, agy_nm text NOT NULL);
CREATE TABLE rms_vendor.lk_sig (sig_cd text PRIMARY KEY, sig_txt text NOT NULL);
CREATE TABLE rms_vendor.lk_dsp (dsp_cd char(1) PRIMARY KEY, dsp_txt text NOT NULL);
CREATE TABLE rms_vendor.lk_rol (rol_cd text PRIMARY KEY, rol_txt text NOT NULL, rol_ord int NOT NULL);
CREATE TABLE rms_vendor.lk_rac (rac_cd char(1) PRIMARY KEY, rac_txt text NOT NULL);
CREATE TABLE rms_vendor.lk_sex (sex_cd char(1) PRIMARY KEY, sex_txt text NOT NULL);
CREATE TABLE rms_vendor.lk_col (col_cd char(3) PRIMARY KEY, col_txt text NOT NULL);
CREATE TABLE rms_vendor.lk_nib (nib_cd text PRIMARY KEY, nib_txt text NOT NULL);
-- The charge list. One statute may stand in it several times, told apart by its text; nib_cd is the records unit's cross-walk.
CREATE TABLE rms_vendor.lk_chg (chg_no int PRIMARY KEY, stat_cd text NOT NULL, chg_txt text NOT NULL, nib_cd text);

-- Reports: one a item number, with the kinds of paper filed under it. seal_fl: Y sealed, R restricted, N neither.
CREATE TABLE rms_vendor.rpt_mst (
  rpt_seq int PRIMARY KEY, itm_no text NOT NULL UNIQUE, agy_cd text NOT NULL, shr_fl char(1) NOT NULL, seal_fl char(1) NOT NULL,
  occ_dt timestamp NOT NULL, ent_dt timestamp NOT NULL, upd_dt timestamp NOT NULL,
  sig_cd text, dsp_cd char(1), dist_cd text, loc_txt text, hate_fl char(1) NOT NULL, narr_txt text,
  syn_fl char(1) NOT NULL DEFAULT 'N'
);
CREATE TABLE rms_vendor.rpt_knd (rpt_seq int NOT NULL, knd_txt text NOT NULL, PRIMARY KEY (rpt_seq, knd_txt));

-- The master name index, and who was what in which report. prt_cd: SX sex crime, DV domestic, blank none.
CREATE TABLE rms_vendor.nmx (
  nam_seq int PRIMARY KEY, agy_cd text NOT NULL, l_nam text NOT NULL, f_nam text NOT NULL, m_nam text, dob date,
  sex_cd char(1), rac_cd char(1), seal_fl char(1) NOT NULL, syn_fl char(1) NOT NULL, upd_dt timestamp NOT NULL
);
CREATE TABLE rms_vendor.inv (
  inv_seq int PRIMARY KEY, rpt_seq int NOT NULL, nam_seq int NOT NULL, rol_cd text NOT NULL, ord_no int NOT NULL,
  age_yrs int, ftl_fl char(1), juv_fl char(1) NOT NULL, prt_cd char(2) NOT NULL, off_id int
);
CREATE TABLE rms_vendor.nmx_ph (
  nam_seq int NOT NULL, ord_no int NOT NULL, ph_txt text NOT NULL, ph_cd char(1), upd_dt timestamp NOT NULL, PRIMARY KEY (nam_seq, ord_no)
);
-- The words of the names, and the keys that each word is found by.
CREATE TABLE rms_vendor.nmx_wrd (nam_seq int NOT NULL, wrd text NOT NULL);
CREATE TABLE rms_vendor.wrd_key (wrd text NOT NULL, key_typ text NOT NULL, key_val text NOT NULL, upd_dt timestamptz NOT NULL DEFAULT now());

-- Offenses of a report; chg_no from the charge list, or sig_cd where nobody was charged. Who was charged; who was arrested.
CREATE TABLE rms_vendor.off (off_seq int PRIMARY KEY, rpt_seq int NOT NULL, ord_no int NOT NULL, chg_no int, sig_cd text, nib_cd text);
CREATE TABLE rms_vendor.off_nam (off_seq int NOT NULL, nam_seq int NOT NULL, PRIMARY KEY (off_seq, nam_seq));
CREATE TABLE rms_vendor.arr (arr_seq int PRIMARY KEY, rpt_seq int NOT NULL, nam_seq int NOT NULL, arr_dt timestamp);
CREATE TABLE rms_vendor.arr_off (arr_seq int NOT NULL, off_seq int NOT NULL, PRIMARY KEY (arr_seq, off_seq));

CREATE TABLE rms_vendor.veh (
  veh_seq int PRIMARY KEY, agy_cd text NOT NULL, plt_no text, plt_st char(2), vin_no text, mak_txt text, mdl_txt text, mdl_yr int,
  col_cd char(3), own_nam_seq int, syn_fl char(1) NOT NULL, upd_dt timestamp NOT NULL
);
CREATE TABLE rms_vendor.veh_inv (veh_seq int NOT NULL, rpt_seq int NOT NULL, inv_cd char(1) NOT NULL, PRIMARY KEY (veh_seq, rpt_seq));
CREATE TABLE rms_vendor.wnt (
  wnt_seq int PRIMARY KEY, wnt_no text NOT NULL, nam_seq int NOT NULL, rpt_seq int NOT NULL, iss_dt timestamp, sts_cd char(1) NOT NULL,
  chg_no int, syn_fl char(1) NOT NULL, upd_dt timestamp NOT NULL
);
