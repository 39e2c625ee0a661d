-- A trigger of the DBA's, made after loading: it tells the hub's poll that reports changed, and says nothing of which.
CREATE FUNCTION rms.announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('rms_report', '');
  RETURN NULL;
END $$;
CREATE TRIGGER rpt_mst_changed AFTER INSERT OR UPDATE OR DELETE ON rms_vendor.rpt_mst
  FOR EACH STATEMENT EXECUTE FUNCTION rms.announce();
