-- 0001: the tables that are the same for every programme. Tables with typed columns (household, member, village, lines and
-- their histories) are generated from the codebook when a registry is made; table `field` says which column is which field.

CREATE TABLE meta (            -- single facts about this registry
  name  TEXT PRIMARY KEY,      -- programme, folder, engine, key_id, level_names, ...
  value TEXT NOT NULL          -- as text
) STRICT, WITHOUT ROWID;

CREATE TABLE programme_file (  -- the programme's files: the registry opens without its folder. Earlier ones are kept
  event    INTEGER NOT NULL,   -- event that brought them: init, or programme; the latest are in force
  position INTEGER NOT NULL,   -- order, from 0
  name     TEXT NOT NULL,      -- path inside the folder
  bytes    BLOB NOT NULL,      -- the whole file
  PRIMARY KEY (event, position)
) STRICT;

CREATE TABLE area (            -- places, numbered once; a code may change, the number never does
  id      INTEGER PRIMARY KEY, -- internal number, from 1; `home` of a household is one of these (0 = no area known)
  code    TEXT NOT NULL UNIQUE, -- official code
  level   INTEGER NOT NULL,    -- index in the programme's area levels, 0 = the highest
  parent  INTEGER REFERENCES area(id), -- the area it lies in; null at the top
  home    INTEGER NOT NULL,    -- the area at the home level it lies in (itself there); 0 above that level
  name_en TEXT,                -- name in English
  name_zh TEXT                 -- name in Chinese
) STRICT;

CREATE TABLE field (           -- the codebook's fields, numbered for good: an id is never given to another field
  id          INTEGER PRIMARY KEY, -- permanent number, from 1
  level       TEXT NOT NULL,   -- name of the level
  name        TEXT NOT NULL,   -- name in the codebook
  kind        TEXT NOT NULL,   -- boolean integer decimal real date choice text
  decimals    INTEGER NOT NULL, -- of a decimal: the column holds value * 10^decimals
  sealed      INTEGER NOT NULL, -- 1 = the column holds ciphertext
  searchable  INTEGER NOT NULL, -- 1 = sealed with a blind index in column_index
  column_name TEXT NOT NULL,   -- column of the level's table
  UNIQUE (level, name, column_name)
) STRICT;

CREATE TABLE event (           -- one change set each; nothing is overwritten without one
  id          INTEGER PRIMARY KEY, -- 1, 2, 3 ... without gaps
  kind        TEXT NOT NULL,   -- init programme import edit undo round_open round_seed round_close erase key; birth death ... (0002)
  actor       TEXT NOT NULL,   -- who
  at          INTEGER NOT NULL, -- when: microseconds since 1970-01-01T00:00:00Z
  round       INTEGER REFERENCES round(id), -- the round it belongs to, when it belongs to one
  source      TEXT NOT NULL,   -- where the data came from: file names, or ''
  source_hash TEXT NOT NULL,   -- SHA-256 of those files' bytes in hexadecimal, or ''
  detail      TEXT NOT NULL,   -- for people and later events: name of the round, number of the event undone, the manifest
  undoes      INTEGER REFERENCES event(id), -- undo: the event taken back
  inserted    INTEGER NOT NULL, -- rows that are new
  changed     INTEGER NOT NULL, -- rows that have a new version
  ended       INTEGER NOT NULL, -- rows that ended without a new version
  rows_hash   BLOB NOT NULL,   -- SHA-256 over the rows it wrote, in canonical encoding (docs/format/registry.md)
  prev_hash   BLOB NOT NULL,   -- `hash` of the event before; 32 zero bytes for the first
  hash        BLOB NOT NULL    -- SHA-256 over all of the above
) STRICT;
CREATE INDEX event_undoes ON event(undoes) WHERE undoes IS NOT NULL;

CREATE TABLE round (           -- data are collected in rounds: a year, or a correction
  id         INTEGER PRIMARY KEY, -- from 1
  name       TEXT NOT NULL UNIQUE,
  year       INTEGER NOT NULL,
  opened     INTEGER NOT NULL, -- event that opened it
  closed     INTEGER,          -- event that closed it; null while open
  snapshot   TEXT NOT NULL,    -- hash of the frozen snapshot's manifest in hexadecimal; '' while open
  households INTEGER NOT NULL, -- in the snapshot
  members    INTEGER NOT NULL  -- in the snapshot
) STRICT;

CREATE TABLE sequence (        -- next numbers; only ever grow, so that no id is used twice
  name TEXT PRIMARY KEY,       -- household
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE seal_key (        -- one data key a household, wrapped by the master key; erasing a household empties it
  home      INTEGER NOT NULL,
  household INTEGER NOT NULL,
  wrapped   BLOB,              -- 24 bytes nonce, then the sealed key; null = destroyed: the sealed fields are gone for good
  PRIMARY KEY (home, household)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (             -- a decision run; its decisions are a file beside the snapshot
  id             INTEGER PRIMARY KEY,
  round          TEXT NOT NULL, -- name of the round
  kind           TEXT NOT NULL, -- identify, ...
  rules_hash     TEXT NOT NULL, -- what decided
  source_hash    TEXT NOT NULL, -- the programme's bytes
  snapshot       TEXT NOT NULL, -- the data
  decisions_hash TEXT NOT NULL, -- SHA-256 of the decisions file
  engine         TEXT NOT NULL, -- version of the program
  seed           TEXT NOT NULL, -- of the public draw
  at             INTEGER NOT NULL, -- microseconds since 1970
  summary        TEXT NOT NULL  -- JSON for people
) STRICT;
CREATE INDEX run_of_round ON run(round, kind, id);
