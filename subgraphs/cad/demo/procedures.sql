-- The vendor's own write paths: triggers that stamp and announce every change,
-- and the procedures that its dispatch positions call.

CREATE FUNCTION cad_vendor.tr_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.last_upd := clock_timestamp();
  RETURN NEW;
END $$;

CREATE FUNCTION cad_vendor.tr_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cad_changed', '');
  RETURN NULL;
END $$;

CREATE TRIGGER cl_stamp BEFORE UPDATE ON cad_vendor.cl_mstr FOR EACH ROW EXECUTE FUNCTION cad_vendor.tr_stamp();
CREATE TRIGGER unt_stamp BEFORE UPDATE ON cad_vendor.unt_mstr FOR EACH ROW EXECUTE FUNCTION cad_vendor.tr_stamp();
CREATE TRIGGER cl_tell AFTER INSERT OR UPDATE OR DELETE ON cad_vendor.cl_mstr FOR EACH STATEMENT EXECUTE FUNCTION cad_vendor.tr_tell();
CREATE TRIGGER unt_tell AFTER INSERT OR UPDATE OR DELETE ON cad_vendor.unt_mstr FOR EACH STATEMENT EXECUTE FUNCTION cad_vendor.tr_tell();

-- A call is taken: nothing of what follows is known yet. A later call under the
-- same item number takes the earlier one's row.
CREATE FUNCTION cad_vendor.sp_cl_new(p_itm text, p_ts timestamp) RETURNS void LANGUAGE plpgsql AS $$
DECLARE k integer;
BEGIN
  SELECT cl_key INTO k FROM cad_vendor.cl_mstr WHERE itm_no = p_itm;
  DELETE FROM cad_vendor.unt_hst WHERE cl_key = k;
  DELETE FROM cad_vendor.cmt WHERE cl_key = k;
  UPDATE cad_vendor.unt_mstr SET unst_cd = 'AV', cl_key = NULL, t_st = p_ts WHERE cl_key = k;
  UPDATE cad_vendor.cl_mstr
     SET t_crt = p_ts, t_dsp = NULL, t_arv = NULL, t_cls = NULL, dspo_cd = NULL, typ_cd = typ_ini, pri_cd = pri_ini
   WHERE cl_key = k;
END $$;

-- A unit reports a status on a call. p_dsp and p_arv: it is the call's own first dispatch or arrival too.
CREATE FUNCTION cad_vendor.sp_unt_st(p_itm text, p_unt text, p_st text, p_ts timestamp, p_dsp boolean, p_arv boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE k integer; u integer;
BEGIN
  SELECT cl_key INTO k FROM cad_vendor.cl_mstr WHERE itm_no = p_itm;
  SELECT unt_key INTO u FROM cad_vendor.unt_mstr WHERE unt_id = p_unt;
  IF u IS NOT NULL THEN
    INSERT INTO cad_vendor.unt_hst (cl_key, unt_key, unst_cd, t_st) VALUES (k, u, p_st, p_ts);
    IF p_st = 'CL' THEN
      UPDATE cad_vendor.unt_mstr SET unst_cd = 'AV', cl_key = NULL, t_st = p_ts WHERE unt_key = u AND cl_key = k;
    ELSE
      UPDATE cad_vendor.unt_mstr SET unst_cd = p_st, cl_key = k, t_st = p_ts WHERE unt_key = u;
    END IF;
  END IF;
  UPDATE cad_vendor.cl_mstr
     SET t_dsp = CASE WHEN p_dsp THEN coalesce(t_dsp, p_ts) ELSE t_dsp END,
         t_arv = CASE WHEN p_arv THEN coalesce(t_arv, p_ts) ELSE t_arv END
   WHERE cl_key = k;
END $$;

-- A call is closed, with what it turned out to be. Units that are still on it become free.
CREATE FUNCTION cad_vendor.sp_cl_cls(p_itm text, p_ts timestamp, p_typ text, p_pri text, p_dspo text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE k integer;
BEGIN
  SELECT cl_key INTO k FROM cad_vendor.cl_mstr WHERE itm_no = p_itm;
  UPDATE cad_vendor.unt_mstr SET unst_cd = 'AV', cl_key = NULL, t_st = p_ts WHERE cl_key = k;
  UPDATE cad_vendor.cl_mstr SET t_cls = p_ts, typ_cd = p_typ, pri_cd = p_pri, dspo_cd = p_dspo WHERE cl_key = k;
END $$;

CREATE FUNCTION cad_vendor.sp_cmt(p_itm text, p_ts timestamp, p_tx text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cad_vendor.cmt (cl_key, t_cmt, cmt_tx) SELECT cl_key, p_ts, p_tx FROM cad_vendor.cl_mstr WHERE itm_no = p_itm;
$$;
