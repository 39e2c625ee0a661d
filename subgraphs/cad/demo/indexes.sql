-- Indexes of the vendor, and behind them those that the DBA adds for the views.
-- They come behind the load, which is faster without them.

CREATE INDEX ON cad_vendor.cl_mstr (last_upd);
CREATE INDEX ON cad_vendor.cl_mstr (pd_cd, t_crt);
CREATE INDEX ON cad_vendor.unt_hst (cl_key, unt_key);
CREATE INDEX ON cad_vendor.cmt (cl_key);
CREATE INDEX ON cad_vendor.vrq (cl_key);

CREATE UNIQUE INDEX ON cad_vendor.cl_mstr (('inc-' || itm_no));
CREATE INDEX ON cad_vendor.cl_mstr ((t_crt AT TIME ZONE 'America/Chicago'), ('inc-' || itm_no));
CREATE INDEX ON cad_vendor.cl_mstr (cad.latitude_of(mapx, mapy), cad.longitude_of(mapx, mapy));
CREATE INDEX ON cad_vendor.cl_mstr ((upper(regexp_replace(btrim(blk_adr), '\s+', ' ', 'g'))));
CREATE INDEX ON cad_vendor.clr (right(regexp_replace(clr_ph, '[^0-9]', '', 'g'), 7));

ANALYZE;
