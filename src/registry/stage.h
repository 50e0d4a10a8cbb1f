/* stage.h - an import's rows on their way in: typed, checked against each other, in work files beside the registry.
 *
 * Nothing of the registry is locked or changed while files are read. Rows are appended to enciphered streams (registry/work.h), households in
 * one, each level of members and lines in another; a small scratch database (`<registry>.stage-<pid>`) holds what must be looked up:
 * nothing, as long as files keep one order. All are removed in every case. Memory is constant in the number of rows.
 *
 * Checked here: a household given twice (both rows are named), a flat file's household fields that disagree between rows
 * (both rows and the field are named), an area the programme does not have, a member or line whose household is nowhere.
 * Each of these is ERR_INPUT about one row and leaves the stage as it was: ingest refuses the row (and says which it is), the rest may
 * go on. */
#ifndef REGISTRY_STAGE_H
#define REGISTRY_STAGE_H

#include "registry/version.h"
#include "registry/work.h"

struct staged_household { int64_t seq /* from 1, as they came */, home /* -1: not said */, given /* by which source; 0: only named by a row of its lists */; uint64_t row, at, next; struct span key, data; };
struct staged_child { int64_t household /* its seq */; uint64_t row, next; struct span key, data; };

struct stage {
  struct registry *r;
  struct store *db;
  struct work_files work;
  struct work_view ahead, again; /* households as they come; one looked up */
  uint64_t source;        /* number of the source now read, from 1 */
  int64_t households, villages, children[LEVEL_MAX]; /* so far */
  struct { int64_t seq, given; uint64_t row, at, next; struct bytes key; } last; /* household last seen; seq 0: none, the first comes next */
  struct bytes previous_new; /* key of the household last added, for the order of keys */
  bool key_index;         /* the scratch database has an index over keys */
  bool newer;             /* it names households that were given again */
  bool ascending_bytes, ascending_numbers; /* every new key was greater than the one before: nothing can be a repeat */
  bool children_sorted[LEVEL_MAX]; int64_t child_last[LEVEL_MAX]; /* households of child rows never went back */
  bool level_seen[LEVEL_MAX]; /* a source of this level was part of the import */
  struct arena arena;     /* of the next */
  struct map torn;        /* level and household of lists of which a row was refused: what did not come says nothing */
  struct map unasked;     /* the same of lists that were not asked for: no rows are no answer */
  bool torn_any[LEVEL_MAX]; /* a row was refused, and nobody can tell whose */
  bool edit;              /* single values set by hand: no list counts as taken */
  bool has_references;    /* some child named a household that this import did not give */
  struct bytes buffer;
  uint64_t left_out; char left_out_words[500]; /* rows that said otherwise than a natural change of the round (registry/kept.h), as the merge found them */
};

enum status stage_open(struct stage *s, struct registry *r, struct err *e) MUST_CHECK;
/* What follows comes from this source. */
void stage_source(struct stage *s, const struct source *src);
struct ingest_sink stage_sink(struct stage *s);
/* All rows are in. */
enum status stage_ready(struct stage *s, struct err *e) MUST_CHECK;
void stage_close(struct stage *s);
/* Whether a row of that household's list was refused (or may have been, when none came), or it was not asked for and none came: then the list is not known to be whole. */
bool stage_torn(const struct stage *s, uint32_t level, struct span household_key, bool rows_came);

/* Rows read back, good until the view is used again. Places: a household's `at` is that of its first row, and its latest is what comes; 0 is the first. */
enum status stage_household_at(struct stage *s, struct work_view *view, int64_t seq, uint64_t at, struct staged_household *out, struct err *e) MUST_CHECK;
enum status stage_child_at(struct stage *s, struct work_view *view, uint32_t level, uint64_t at, struct staged_child *out, struct err *e) MUST_CHECK;
static inline uint64_t stage_end(const struct stage *s, uint32_t level) { return work_end(&s->work, level); }
/* The fields of a village's row, from its place. */
enum status stage_village_at(struct stage *s, struct work_view *view, uint64_t at, struct span *data, struct err *e) MUST_CHECK;

/* One field of a staged row. */
struct staged_field { uint32_t field; uint8_t tag; struct span s; int64_t i; double d; enum absence absence; };
/* Reads the next field of an encoded row; false at its end. */
bool stage_next(struct span *data, struct staged_field *out);

enum { STAGED_INT = 1, STAGED_REAL, STAGED_TEXT, STAGED_SEALED, STAGED_ABSENT };

#endif
