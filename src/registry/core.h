/* core.h - what the files of this room share: an open registry, and the shape of its generated tables.
 *
 * Every level of the codebook is a pair of tables: the current rows and their history, with the same columns in the same
 * order, the history with two more. `struct level_store` says which column is what:
 *
 *   key columns      home, id | home, household, id       village: home, id (the area's number)
 *   from_event       the event that brought this version
 *   key              the household's own number, the member's number in it, the area's code
 *   valid_from       civil date since when it holds
 *   round            in which round it was collected
 *   household only:  area, then one roster column per child level: the round its list was last taken in, 0 = never
 *   fields           f_<name>, typed; sealed ones hold ciphertext
 *   blind indexes    b_<name>, of sealed fields that are searchable
 *   absent           null, or why fields are missing other than by being empty: 3 bytes each, field number (2, little
 *                    endian) and enum absence
 *   history only:    to_event, valid_to
 *
 * A field's number (table `field`) is permanent; encodings and hashes use it, never a column's position. */
#ifndef REGISTRY_CORE_H
#define REGISTRY_CORE_H

#include "base/digest.h"
#include "base/map.h"
#include "registry/registry.h"
#include "registry/seal.h"
#include "store/store.h"

#define HOUSEHOLD_TABLE "household"

struct field_slot { /* one collected field */
  const struct field *def;
  uint32_t at;       /* its column */
  uint32_t id;       /* permanent number */
  uint32_t blind_at; /* column of its blind index, or 0 */
};

struct level_store {
  uint32_t level;
  const struct level *def;
  struct table_spec current, history;
  uint32_t key_count;             /* of `current`: 2 or 3 */
  uint32_t from_event, key, valid_from, round, area, roster; /* columns; area and roster: household only (roster = the first of level_count) */
  struct field_slot *fields; uint32_t field_count;
  uint32_t first_field, absent;   /* columns */
  uint16_t *numbers;              /* per column: permanent number in encodings; 0 = left out (blind indexes) */
  uint32_t *order, order_count;   /* columns by ascending permanent number: encodings don't depend on where a column stands */
  bool has_sealed;
};

struct area_ref { int64_t id; int64_t home; uint32_t level; struct span code; };

struct registry {
  struct arena *arena;
  char *path, *snapshots, *key_path; /* path: as messages say it */
  const char *url, *beside;          /* what the store opens; what names of files beside it begin with (registry/place.h) */
  struct store *db;
  struct programme *p;
  char *actor;
  struct clock clock;
  bool read_only;
  struct seal seal;
  const char *place_id;           /* id of its first key: a database's folder is named after it */
  bool key_unfinished;            /* the key was found under its passing name (registry/rotate.h) */
  uint32_t level_count;
  struct level_store levels[LEVEL_MAX];
  struct map area_index;          /* code -> index in areas */
  struct area_ref *areas; uint32_t area_count; /* by id, from 1: areas[id - 1] */
  const struct field *area_field; uint32_t area_slot; /* household field that names the area, or NULL */
  uint32_t lowest_area_level;
  const char *folder;             /* recorded at init */
  struct line_numbers *lines;     /* registry_line_number's */
  struct store_stmt *rows_of[LEVEL_MAX][2]; /* the rows of one household, current and history: kept once they were needed */
  struct store_stmt *member_now, *member_before; char member_number[256]; /* registry_member_number's */
};

/* Fills levels from the programme; field numbers come from `number_of` (NULL: count up from 1). */
enum status core_levels(struct registry *r, struct err *e) MUST_CHECK;
/* The generated tables and their indexes, in this store. */
enum status core_create_tables(const struct registry *r, struct store *db, struct err *e) MUST_CHECK;
/* Blind indexes: away for the filling of an empty registry (*done = false when the engine keeps them), and made again, in one transaction. */
enum status core_indexes_drop(const struct registry *r, bool *done, struct err *e) MUST_CHECK;
enum status core_indexes_make(const struct registry *r, struct err *e) MUST_CHECK;
/* ERR_CONFLICT with HINT when the registry was opened for reading only. */
enum status core_writable(const struct registry *r, struct err *e) MUST_CHECK;
/* A write transaction; on ERR_BUSY says who is writing when that is known. */
enum status core_begin(struct registry *r, struct err *e) MUST_CHECK;
enum status core_commit(struct registry *r, struct err *e) MUST_CHECK;
void core_rollback(struct registry *r);
/* While long work writes, a small file beside the registry says who. */
void core_writer_note(struct registry *r, const char *doing);
void core_writer_done(struct registry *r);
/* After keys were destroyed or wrapped anew: no page with the old ones may remain in the write-ahead log, or in the table of a database. The
 * change itself is committed: an error says so, and that the same command clears away what is left. */
enum status core_clear_traces(struct registry *r, struct err *e) MUST_CHECK;
/* ERR_FULL when the registry's disk has less than `bytes` free. */
enum status core_space(const struct registry *r, uint64_t bytes, const char *what, struct err *e) MUST_CHECK;
/* Keeps a copy of the programme's files, brought by the event. */
enum status core_put_files(struct registry *r, const struct programme *p, int64_t event, struct err *e) MUST_CHECK;
/* Where a new key lies until it is in force and has its place. NULL: out of memory. */
char *core_new_key_path(const struct registry *r);
/* Records the key that is in force since that event. */
enum status core_key_generation(struct registry *r, const char *key_id, int64_t event, struct err *e) MUST_CHECK;
void line_numbers_close(struct registry *r); /* line_number.c */
enum status core_meta_get(struct registry *r, struct arena *a, const char *name, char **out, struct err *e) MUST_CHECK;
enum status core_meta_put(struct registry *r, const char *name, const char *value, struct err *e) MUST_CHECK;
/* Civil date of the clock. */
/* How many of r->areas were known when that event had happened (adopt.c). */
enum status core_areas_at(struct registry *r, int64_t event, uint32_t *count, struct err *e) MUST_CHECK;
int32_t core_today(const struct registry *r);
const char *core_level_word(const struct registry *r, uint32_t level); /* "household", "member", "village", the line's name */

#endif
