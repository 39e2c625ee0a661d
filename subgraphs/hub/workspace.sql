-- What people keep in the hub: their searches, and the boards of their cases. It
-- runs whenever the hub opens its database and changes nothing that is there.

SELECT pg_advisory_xact_lock(hashtext('rtcc-hub registry')); -- Of two hubs that start at once, one waits.

CREATE SCHEMA IF NOT EXISTS hub;
CREATE SCHEMA IF NOT EXISTS hub_workspace;

CREATE TABLE IF NOT EXISTS hub_workspace.saved_search (
  id          text PRIMARY KEY,
  owner       text NOT NULL,
  owner_ori   text NOT NULL,
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 80),
  kind        text NOT NULL CHECK (kind IN ('INCIDENTS', 'REPORTS', 'PERSONS', 'VEHICLES', 'ADDRESSES')),
  variables   text NOT NULL CHECK (length(variables) <= 4000),
  purpose     text,
  case_number text,
  notify      boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (owner, owner_ori, name)
);

CREATE TABLE IF NOT EXISTS hub_workspace.board (
  id          text PRIMARY KEY,
  ori         text NOT NULL,
  case_key    text NOT NULL CHECK (case_key ~ '^[A-Z0-9]+$'),
  case_number text NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (ori, case_key)
);

CREATE TABLE IF NOT EXISTS hub_workspace.board_item (
  id         text PRIMARY KEY,
  place      bigint GENERATED ALWAYS AS IDENTITY,
  board_id   text NOT NULL REFERENCES hub_workspace.board,
  type       text NOT NULL CHECK (type IN ('PERSON', 'REPORT', 'INCIDENT', 'VEHICLE', 'PLACE', 'CAMERA')),
  entity_id  text NOT NULL,
  note       text CHECK (length(note) <= 4000),
  x          double precision,
  y          double precision,
  added_by   text NOT NULL,
  added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (board_id, type, entity_id)
);

-- An item that came, changed or went is a change of its board, told at once.
CREATE OR REPLACE FUNCTION hub_workspace.board_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE hub_workspace.board SET changed_at = clock_timestamp() WHERE id = coalesce(NEW.board_id, OLD.board_id);
  PERFORM pg_notify('hub_board', '');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER board_item_changed AFTER INSERT OR UPDATE OR DELETE ON hub_workspace.board_item
  FOR EACH ROW EXECUTE FUNCTION hub_workspace.board_changed();

CREATE OR REPLACE VIEW hub.saved_search AS
SELECT id, owner, owner_ori, name, kind, variables, purpose, case_number, notify, created_at, changed_at FROM hub_workspace.saved_search;

CREATE OR REPLACE VIEW hub.board AS
SELECT id, ori, case_key, case_number, changed_at FROM hub_workspace.board;

CREATE OR REPLACE VIEW hub.board_item AS
SELECT id, place, board_id, type, entity_id, note, x, y, added_by, added_at, changed_at FROM hub_workspace.board_item;
