/* statements.h - every fixed SQL statement, by name. Parameters are numbered; each statement is prepared once per store. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#define STORE_STATEMENTS(X)                                                                                  \
  /* single facts */                                                                                         \
  X(META_PUT, "INSERT INTO meta(name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value") \
  X(META_GET, "SELECT value FROM meta WHERE name = ?1")                                                      \
  X(FILE_PUT, "INSERT INTO programme_file(position, name, bytes, event) VALUES (?1, ?2, ?3, ?4)")                       \
  X(FILE_ALL, "SELECT name, bytes FROM programme_file WHERE event = (SELECT max(event) FROM programme_file) ORDER BY position")                                    \
  /* areas and fields */                                                                                     \
  X(AREA_PUT, "INSERT INTO area(id, code, level, parent, home, name_en, name_zh) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)") \
  X(AREA_ALL, "SELECT id, code, level, parent, home FROM area ORDER BY id")                                  \
  X(FIELD_PUT, "INSERT INTO field(id, level, name, kind, decimals, sealed, searchable, column_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)") \
  X(FIELD_OF, "SELECT id, column_name, kind, decimals, sealed, searchable FROM field WHERE level = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1") \
  /* sequences */                                                                                            \
  X(SEQUENCE_GET, "SELECT next FROM sequence WHERE name = ?1")                                               \
  X(SEQUENCE_PUT, "INSERT INTO sequence(name, next) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET next = excluded.next") \
  /* events */                                                                                               \
  X(EVENT_LAST, "SELECT id, hash, at FROM event ORDER BY id DESC LIMIT 1")                                   \
  X(EVENT_PUT, "INSERT INTO event(id, kind, actor, at, round, source, source_hash, detail, undoes, inserted, changed, ended, rows_hash, prev_hash, hash)" \
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")                 \
  X(EVENT_ALL, "SELECT id, kind, actor, at, round, source, source_hash, detail, undoes, inserted, changed, ended, rows_hash, prev_hash, hash FROM event ORDER BY id") \
  X(EVENT_GET, "SELECT id, kind, actor, at, round, source, source_hash, detail, undoes, inserted, changed, ended, rows_hash, prev_hash, hash FROM event WHERE id = ?1") \
  X(EVENT_LATEST, "SELECT id, kind, actor, at, round, source, source_hash, detail, undoes, inserted, changed, ended, rows_hash, prev_hash, hash FROM event ORDER BY id DESC LIMIT 1") \
  X(EVENT_UNDOABLE, "SELECT max(id) FROM event AS e WHERE kind IN ('import', 'edit', 'birth', 'death', 'marry', 'leave', 'move', 'split', 'merge', 'transfer', 'arrive') AND NOT EXISTS (SELECT 1 FROM event AS u WHERE u.undoes = e.id)") \
  X(EVENT_COUNT, "SELECT count(*) FROM event")                                                               \
  X(EVENT_UNDONE_BY, "SELECT id FROM event WHERE undoes = ?1")                                               \
  X(EVENT_CLOSE_AFTER, "SELECT id, detail FROM event WHERE kind = 'round_close' AND id > ?1 ORDER BY id")    \
  X(EVENT_AS_OF, "SELECT id, at FROM event WHERE at <= ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1")           \
  X(EVENT_SEED, "SELECT id, source, detail FROM event WHERE kind = 'round_seed' AND round = ?1 ORDER BY id") \
  X(EVENT_HOME_PUT, "INSERT INTO event_home(event, level, home, rows_hash) VALUES (?1, ?2, ?3, ?4)")       \
  X(EVENT_HOMES, "SELECT event, level, home, rows_hash FROM event_home WHERE event > ?1 AND event <= ?2 ORDER BY event, level, home") \
  X(EVENT_ROWS, "SELECT id, rows_hash FROM event WHERE id > ?1 AND id <= ?2 ORDER BY id")                    \
  /* natural changes */                                                                                      \
  X(NATURAL_PUT, "INSERT INTO natural_change(event, position, kind, round, valid_on, reason, evidence, level, from_home, from_household, from_item, from_number, from_key," \
                 " to_home, to_household, to_item, to_number, to_key, departure) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)") \
  X(NATURAL_OF, "SELECT event, kind, round, valid_on, reason, evidence, level, from_home, from_household, from_item, from_number, from_key, to_home, to_household, to_item, to_number, to_key, departure" \
                " FROM natural_change WHERE (from_home = ?1 AND from_household = ?2) OR (to_home = ?1 AND to_household = ?2) ORDER BY event, position") \
  X(NATURAL_SPLITS, "SELECT n.event, n.kind, n.round, valid_on, reason, evidence, level, from_home, from_household, from_item, from_number, from_key, to_home, to_household, to_item, to_number, to_key, departure" \
                    " FROM natural_change AS n JOIN event AS e ON e.id = n.event WHERE level = 'household' AND departure = 0 AND n.kind IN ('split', 'merge') AND (valid_on > ?1 OR e.at > ?2) ORDER BY n.event, position") \
  X(NATURAL_ALL, "SELECT event, kind, round, valid_on, reason, evidence, level, from_home, from_household, from_item, from_number, from_key, to_home, to_household, to_item, to_number, to_key, departure" \
                 " FROM natural_change ORDER BY event, position")                                             \
  X(NATURAL_EVENTS, "SELECT id, source_hash FROM event WHERE kind IN ('birth', 'death', 'marry', 'leave', 'move', 'split', 'merge', 'transfer', 'arrive') ORDER BY id") \
  X(NATURAL_EVENT, "SELECT event, kind, round, valid_on, reason, evidence, level, from_home, from_household, from_item, from_number, from_key, to_home, to_household, to_item, to_number, to_key, departure" \
                   " FROM natural_change WHERE event = ?1 ORDER BY position")                                  \
  X(NATURAL_ARRIVALS, "SELECT DISTINCT event FROM natural_change WHERE departure = ?1 ORDER BY event")         \
  /* who left for another home since the last close; rounds do not close over half a transfer */              \
  X(NATURAL_AWAY, "SELECT DISTINCT event FROM natural_change WHERE departure = 0 AND from_home <> 0 AND to_home <> 0 AND from_home <> to_home" \
                  " AND event > (SELECT coalesce(max(closed), 0) FROM round) ORDER BY event")                  \
  X(NATURAL_ANY, "SELECT 1 FROM natural_change WHERE round = ?1 LIMIT 1")                                     \
  /* rounds */                                                                                               \
  X(ROUND_PUT, "INSERT INTO round(id, name, year, opened, closed, snapshot, households, members) VALUES (?1, ?2, ?3, ?4, NULL, '', 0, 0)") \
  X(ROUND_CLOSE, "UPDATE round SET closed = ?2, snapshot = ?3, households = ?4, members = ?5 WHERE id = ?1") \
  X(ROUND_BY_NAME, "SELECT id, name, year, opened, closed, snapshot, households, members FROM round WHERE name = ?1") \
  X(ROUND_LATEST, "SELECT id, name, year, opened, closed, snapshot, households, members FROM round ORDER BY id DESC LIMIT 1") \
  X(ROUND_ALL, "SELECT id, name, year, opened, closed, snapshot, households, members FROM round ORDER BY id") \
  X(CORRECTION_PUT, "INSERT INTO correction(round, corrects, reason) VALUES (?1, ?2, ?3)")                   \
  X(CORRECTION_OF, "SELECT corrects, reason FROM correction WHERE round = ?1")                               \
  X(ROUND_NEXT, "SELECT coalesce(max(id), 0) + 1 FROM round")                                                \
  /* sealed data keys */                                                                                     \
  X(SEAL_PUT, "INSERT INTO seal_key(home, household, wrapped) VALUES (?1, ?2, ?3)")                          \
  X(SEAL_GET, "SELECT wrapped FROM seal_key WHERE home = ?1 AND household = ?2")                             \
  X(SEAL_ALL, "SELECT home, household, wrapped FROM seal_key ORDER BY home, household")                      \
  X(SEAL_REWRAP, "UPDATE seal_key SET wrapped = ?3 WHERE home = ?1 AND household = ?2")                        \
  X(SEAL_ERASE, "UPDATE seal_key SET wrapped = NULL WHERE home = ?1 AND household = ?2")                     \
  X(KEY_GENERATION_PUT, "INSERT INTO key_generation(id, key_id, event) SELECT coalesce(max(id), 0) + 1, ?1, CAST(?2 AS BIGINT) FROM key_generation") \
  X(KEY_GENERATION_LAST, "SELECT id, key_id, event FROM key_generation ORDER BY id DESC LIMIT 1")                \
  /* runs */                                                                                                 \
  X(RUN_PUT, "INSERT INTO run(id, round, kind, rules_hash, source_hash, snapshot, decisions_hash, engine, seed, at, summary)" \
             " SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, CAST(?9 AS BIGINT), ?10 FROM run RETURNING id") \
  X(PLAN_ROWS, "SELECT home, household, village, number, measure, quantity, cost, later, price FROM plan_line WHERE run = ?1 ORDER BY position") \
  X(PLAN_ANSWERS, "SELECT position, answer FROM plan_answer WHERE run = ?1 ORDER BY event, position") \
  X(PLAN_ANSWER_PUT, "INSERT INTO plan_answer(event, run, position, answer, reason) VALUES (?1, ?2, ?3, ?4, ?5)") \
  X(PLAN_REFUSALS, "SELECT l.home, l.household, l.measure, a.answer FROM plan_answer AS a JOIN plan_line AS l ON l.run = a.run AND l.position = a.position" \
                   " WHERE l.household <> 0 ORDER BY a.event, a.position") \
  X(RUN_LATEST, "SELECT id, round, kind, rules_hash, source_hash, snapshot, decisions_hash, engine, seed, at, summary FROM run" \
                " WHERE round = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1")                                  \
  X(RUN_ALL, "SELECT id, round, kind, rules_hash, source_hash, snapshot, decisions_hash, engine, seed, at, summary FROM run ORDER BY id") \
  /* households by their own number (the table is generated; these columns are always there) */              \
  X(HOUSEHOLD_FIND, "SELECT home, id FROM household WHERE key = ?1")                                         \
  X(HOUSEHOLD_NEAR, "SELECT key FROM household WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 5")           \
  X(HOUSEHOLD_ANY, "SELECT 1 FROM household UNION ALL SELECT 1 FROM household_history LIMIT 1")                                                        \
  X(HOUSEHOLD_FORMER, "SELECT home, id FROM household_history WHERE key = ?1 ORDER BY from_event DESC LIMIT 1") \
  /* from one home to the next through the key: DISTINCT would read every row */                             \
  X(HOMES, "WITH RECURSIVE a(home) AS (SELECT min(home) FROM household UNION ALL SELECT (SELECT min(home) FROM household WHERE home > a.home) FROM a WHERE a.home IS NOT NULL)," \
           " b(home) AS (SELECT min(home) FROM household_history UNION ALL SELECT (SELECT min(home) FROM household_history WHERE home > b.home) FROM b WHERE b.home IS NOT NULL)" \
           " SELECT home FROM a WHERE home IS NOT NULL UNION SELECT home FROM b WHERE home IS NOT NULL ORDER BY 1") \
  /* the import's work file (a store of mode STORE_SCRATCH) */                                               \
  X(STAGE_KEYS, "CREATE TABLE k(key TEXT PRIMARY KEY, seq INTEGER, at INTEGER) WITHOUT ROWID")             \
  X(STAGE_NEWER, "CREATE TABLE n(seq INTEGER PRIMARY KEY, at INTEGER)")                                     \
  X(STAGE_CHILDREN, "CREATE TABLE c(h INTEGER, level INTEGER, at INTEGER, PRIMARY KEY (h, level, at)) WITHOUT ROWID") \
  X(STAGE_VILLAGES, "CREATE TABLE v(home INTEGER, area INTEGER, row INTEGER, at INTEGER, PRIMARY KEY (home, area)) WITHOUT ROWID") \
  X(STAGE_ORDER, "CREATE TABLE o(home INTEGER, id INTEGER, seq INTEGER, fresh INTEGER, at INTEGER, PRIMARY KEY (home, id)) WITHOUT ROWID") \
  X(STAGE_KEY_PUT, "INSERT INTO k(key, seq, at) VALUES (?1, ?2, ?3)")                                        \
  X(STAGE_KEY_FIND, "SELECT seq, at FROM k WHERE key = ?1")                                                  \
  X(STAGE_NEWER_PUT, "INSERT INTO n(seq, at) VALUES (?1, ?2) ON CONFLICT (seq) DO UPDATE SET at = excluded.at") \
  X(STAGE_NEWER_GET, "SELECT at FROM n WHERE seq = ?1")                                                      \
  X(STAGE_C_PUT, "INSERT INTO c(h, level, at) VALUES (?1, ?2, ?3)")                                          \
  X(STAGE_C_OF, "SELECT at FROM c WHERE h = ?1 AND level = ?2 ORDER BY at")                                  \
  X(STAGE_V_PUT, "INSERT INTO v(home, area, row, at) VALUES (?1, ?2, ?3, ?4)")                               \
  X(STAGE_V_FIND, "SELECT row FROM v WHERE home = ?1 AND area = ?2")                                         \
  X(STAGE_V_ALL, "SELECT home, area, at FROM v ORDER BY home, area")                                         \
  X(STAGE_O_PUT, "INSERT INTO o(home, id, seq, fresh, at) VALUES (?1, ?2, ?3, ?4, ?5)")                      \
  X(STAGE_O_ALL, "SELECT home, id, seq, fresh, at FROM o ORDER BY home, id")

#endif
