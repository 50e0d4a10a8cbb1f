/* version.h - rows as versions: their canonical encoding, and the one place that writes them.
 *
 * Nothing is overwritten: a changed row moves to the history table with the event that ended it, and its new version takes
 * its place. A writer belongs to one event inside one write transaction; the rows of a level and a home are given to it in
 * key order, because the event's hash is over rows in that order.
 *
 * Encoding of a version: byte 1, then for every column that is not null, by ascending permanent number: that number (2
 * bytes), a tag (1 integer, 2 real, 3 text, 4 bytes), the value (8 bytes, or a length of 4 bytes and the bytes); all little
 * endian. An ended row: byte 0 and its key columns only. Blind indexes are left out (erasing a household empties them). */
#ifndef REGISTRY_VERSION_H
#define REGISTRY_VERSION_H

#include "registry/core.h"
#include "registry/event.h"

struct bytes { /* a growing buffer */
  uint8_t *at;
  size_t len, cap;
  bool failed; /* memory ran out */
};
void bytes_add(struct bytes *b, const void *p, size_t n);
void bytes_free(struct bytes *b);

void version_encode(const struct level_store *ls, const struct store_value *v, bool ended, struct bytes *out);
/* Whether two versions say the same: everything but from_event, valid_from and round. */
bool version_same(const struct level_store *ls, const struct store_value *a, const struct store_value *b);
/* Why each field is missing, out of the row's `absent` column; why[i] is PRESENT or an absence. */
void version_absences(const struct level_store *ls, const struct store_value *v, uint8_t *why);
/* The other way round: sets the `absent` column from why[]; `room` has 3 bytes a field. */
void version_set_absences(const struct level_store *ls, struct store_value *v, const uint8_t *why, uint8_t *room);
/* A field of a version as a cell; sealed ones read as text "sealed" when present. Spans as in v. */
struct cell version_cell(const struct level_store *ls, const struct store_value *v, uint32_t field);

struct writer {
  struct registry *r;
  int64_t event, round;
  int64_t lists; /* the round that lists taken now belong to: `round`, or the one it corrects */
  int32_t today;
  bool dry; /* counts only, writes nothing */
  struct event_hash hash;
  uint64_t inserted, changed, unchanged, ended;
  struct bytes buffer;
  struct store_bulk *keys;     /* of households that are new with this event; NULL until the first */
  struct store_value *retired; /* the row on its way to the history */
  struct { struct store_bulk *insert, *history; struct store_stmt *erase, *get, *children, *max, *max_history; } ops[LEVEL_MAX];
};

enum status writer_open(struct writer *w, struct registry *r, int64_t round, bool dry, struct err *e) MUST_CHECK;
/* Sets from_event, valid_from and round of v, and writes it. What is written is seen by reads after writer_flush or writer_finish. */
enum status writer_insert(struct writer *w, uint32_t level, struct store_value *v, struct err *e) MUST_CHECK;
/* Nothing when they say the same; else `old` goes to the history. */
enum status writer_update(struct writer *w, uint32_t level, const struct store_value *old, struct store_value *v, struct err *e) MUST_CHECK;
enum status writer_end(struct writer *w, uint32_t level, const struct store_value *old, struct err *e) MUST_CHECK;
enum status writer_flush(struct writer *w, struct err *e) MUST_CHECK;
/* Writes the event (unless dry) and frees. On failure call writer_drop. */
enum status writer_finish(struct writer *w, struct event *ev, struct err *e) MUST_CHECK;
void writer_drop(struct writer *w);

/* Prepared reads, kept by the writer. */
enum status writer_get(struct writer *w, uint32_t level, struct store_stmt **out, struct err *e) MUST_CHECK;
enum status writer_children(struct writer *w, uint32_t level, struct store_stmt **out, struct err *e) MUST_CHECK;
/* Largest id a child of the household ever had, 0 when none. */
enum status writer_last_child(struct writer *w, uint32_t level, int64_t home, int64_t household, int64_t *out, struct err *e) MUST_CHECK;

#endif
