-- The registry stamps whatever its clerks change, and tells who listens.
-- Installed behind the first load, so that loading wakes nobody.
CREATE FUNCTION cameras_vendor.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.lst_upd := clock_timestamp() AT TIME ZONE 'UTC';
  PERFORM pg_notify('cameras_changed', '');
  RETURN NEW;
END $$;

CREATE TRIGGER cam_ast_stamp BEFORE INSERT OR UPDATE ON cameras_vendor.cam_ast FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp();
CREATE TRIGGER mou_hdr_stamp BEFORE INSERT OR UPDATE ON cameras_vendor.mou_hdr FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp();
CREATE TRIGGER svc_area_stamp BEFORE INSERT OR UPDATE ON cameras_vendor.svc_area FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp();

-- A row that goes away leaves no stamp of its own: what it belonged to is stamped instead.
CREATE FUNCTION cameras_vendor.stamp_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE cameras_vendor.cam_ast SET lst_upd = lst_upd WHERE ast_no = OLD.ast_no;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE cameras_vendor.cam_ast SET lst_upd = lst_upd WHERE ast_no = NEW.ast_no;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER mou_ast_stamp AFTER INSERT OR UPDATE OR DELETE ON cameras_vendor.mou_ast FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp_asset();
CREATE TRIGGER strm_ref_stamp AFTER INSERT OR UPDATE OR DELETE ON cameras_vendor.strm_ref FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp_asset();

CREATE FUNCTION cameras_vendor.stamp_mou() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE cameras_vendor.mou_hdr SET lst_upd = lst_upd WHERE mou_no = OLD.mou_no;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE cameras_vendor.mou_hdr SET lst_upd = lst_upd WHERE mou_no = NEW.mou_no;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER mou_trg_stamp AFTER INSERT OR UPDATE OR DELETE ON cameras_vendor.mou_trg FOR EACH ROW EXECUTE FUNCTION cameras_vendor.stamp_mou();
