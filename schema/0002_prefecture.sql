-- 0002: what a prefecture needs beside a village. A registry of version 0.1.0 gets these tables by `lucid migrate`. Each section
-- belongs to one subject; the forms are those of 0001, which is what src/store/postgres_schema.c translates.

-- ---- keys ----

CREATE TABLE key_generation (  -- the master keys this registry was ever sealed with; the last is the one in force
  id     INTEGER PRIMARY KEY,  -- 1, 2, 3 ...
  key_id TEXT NOT NULL UNIQUE, -- public id of the key
  event  INTEGER NOT NULL      -- event that brought it: init, or key
) STRICT;
INSERT INTO key_generation(id, key_id, event) SELECT 1, value, 1 FROM meta WHERE name = 'key_id';

-- ---- the life of a household ----

CREATE TABLE natural_change (  -- the event's source_hash is over its rows here (registry/natural.h). Births, deaths, marriages, leavings, moves, splits, merges, transfers: who went where; one row a person, line or household
  event          INTEGER NOT NULL REFERENCES event(id), -- the event; its kind is `kind`
  position       INTEGER NOT NULL, -- order within it, from 0
  kind           TEXT NOT NULL,    -- birth death marry leave move split merge transfer
  round          INTEGER NOT NULL, -- the round it was recorded in: imports of that round leave it alone
  valid_on       INTEGER NOT NULL, -- the day it happened: days since 1970-01-01
  reason         TEXT NOT NULL,    -- or ''
  evidence       TEXT NOT NULL,    -- what shows it
  level          TEXT NOT NULL,    -- household, members, or a line level
  from_home      INTEGER NOT NULL, -- where it was; 0 with from_household 0: nowhere in this registry
  from_household INTEGER NOT NULL, -- id
  from_item      INTEGER NOT NULL, -- id of the member or line; 0 = the household itself
  from_number    TEXT NOT NULL,    -- the household's own number then
  from_key       TEXT NOT NULL,    -- the member's or line's number in it
  to_home        INTEGER NOT NULL, -- where it is since then; 0 with to_household 0: nowhere in this registry
  to_household   INTEGER NOT NULL,
  to_item        INTEGER NOT NULL,
  to_number      TEXT NOT NULL,
  to_key         TEXT NOT NULL,
  departure      INTEGER NOT NULL, -- of an arrival from another home: the event by which it left, the number of the transfer; else 0
  PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX natural_change_departure ON natural_change(departure);
CREATE INDEX natural_change_from ON natural_change(from_home, from_household);
CREATE INDEX natural_change_to ON natural_change(to_home, to_household);
CREATE INDEX natural_change_round ON natural_change(round);

CREATE TABLE correction (      -- rounds that correct a closed one: both snapshots stay
  round    INTEGER PRIMARY KEY REFERENCES round(id), -- the correction
  corrects INTEGER NOT NULL REFERENCES round(id), -- the round it corrects; never a correction itself
  reason   TEXT NOT NULL       -- why
) STRICT;

-- ---- which counties an event touched ----

CREATE TABLE event_home (      -- the parts of an event's rows_hash: which homes it wrote rows of, provably. Events of version 0.1.0 have none
  event     INTEGER NOT NULL REFERENCES event(id), -- the event
  level     INTEGER NOT NULL,  -- number of the level: 0 household, 1 members, 2 village, lines from 3
  home      INTEGER NOT NULL,  -- the home
  rows_hash BLOB NOT NULL,     -- SHA-256 over its rows of that home and level; all together hash to event.rows_hash
  PRIMARY KEY (event, level, home)
) STRICT, WITHOUT ROWID;
