/* stage.h - an import's rows on their way in: typed, checked against each other, in a work file beside the registry.
 *
 * Nothing of the registry is locked or changed while files are read. The work file (`<registry>.stage-<pid>`) is removed
 * in every case; what is sealed lies in it encrypted under a key that only this process ever knew. Memory is constant in
 * the number of rows: what is known of a household seen before is looked up in the work file.
 *
 * Checked here: a household given twice (both rows are named), a flat file's household fields that disagree between rows
 * (both rows and the field are named), an area the programme does not have, a member or line whose household is nowhere.
 * Each of these is ERR_INPUT about one row and leaves the stage as it was: ingest refuses the row (and says which it is), the rest may
 * go on. */
#ifndef REGISTRY_STAGE_H
#define REGISTRY_STAGE_H

#include "registry/version.h"

struct stage {
  struct registry *r;
  struct store *db;
  struct store_bulk *put_household, *put_child;
  uint8_t key[SEAL_KEY_BYTES];
  uint64_t sealed;        /* values sealed under it so far */
  uint64_t source;        /* number of the source now read, from 1 */
  int64_t households, villages, children[LEVEL_MAX]; /* so far */
  struct { int64_t seq; struct bytes key; uint64_t row; int64_t given; } last; /* household last seen */
  struct bytes previous_new; /* key of the household last added, for the order of keys */
  bool key_index;         /* the work file has an index over keys */
  bool ascending_bytes, ascending_numbers; /* every new key was greater than the one before: nothing can be a repeat */
  bool children_sorted[LEVEL_MAX]; int64_t child_last[LEVEL_MAX]; /* households of child rows never went back */
  bool level_seen[LEVEL_MAX]; /* a source of this level was part of the import */
  struct arena arena;     /* of the next */
  struct map torn;        /* level and household of lists of which a row was refused: what did not come says nothing */
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
/* All rows are in: the work file can be read. */
enum status stage_ready(struct stage *s, struct err *e) MUST_CHECK;
void stage_close(struct stage *s);
/* Whether a row of that household's list was refused (or may have been, when none came): then the list is not known to be whole. */
bool stage_torn(const struct stage *s, uint32_t level, struct span household_key, bool rows_came);

/* One staged row read back: fields of a level, over what was there before. `why` is kept beside `v` for absences.
 * Sealed values come out as plaintext in *plain (offsets by field), to be sealed for their place. */
struct staged_field { uint32_t field; uint8_t tag; struct span s; int64_t i; double d; enum absence absence; };
/* Reads the next field of an encoded row; false at its end. */
bool stage_next(struct span *data, struct staged_field *out);

enum { STAGED_INT = 1, STAGED_REAL, STAGED_TEXT, STAGED_SEALED, STAGED_ABSENT };

#endif
