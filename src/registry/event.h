/* event.h - one change set: who, when, from what, and the hash of the rows it wrote, chained to the event before.
 *
 * rows_hash is SHA-256 over, level by level, (level number, hash of the level); a level without rows is left out. The hash
 * of a level is SHA-256 over, by ascending home, (home, SHA-256 of the home's rows), so that homes may come in any order
 * and be checked apart; table `event_home` keeps these hashes (registry/touched.h). A home's rows stand in key order, each as its canonical encoding (registry/version.h): a new version
 * with all its values, or an ended row as its key alone. Nothing about pages, columns' positions or time of writing enters.
 *
 * hash is SHA-256 over every other column of the event and the hash before it: change one event and all later ones fail. */
#ifndef REGISTRY_EVENT_H
#define REGISTRY_EVENT_H

#include "registry/core.h"

struct event {
  int64_t id;                /* given by event_put; event_next tells it beforehand */
  const char *kind, *source, *source_hash, *detail;
  int64_t round, undoes;     /* 0 = none */
  uint64_t inserted, changed, ended;
};

struct event_hash { /* one open stream for each home of each level */
  struct event_home { int64_t home; struct digest_stream stream; struct digest digest; } *homes[LEVEL_MAX];
  uint32_t count[LEVEL_MAX], cap[LEVEL_MAX], last[LEVEL_MAX];
  uint32_t *slots[LEVEL_MAX], mask[LEVEL_MAX]; /* index + 1 by home, 0 = free */
  bool failed;                                 /* memory ran out: said on closing */
  bool closed;                                 /* every home's digest is there, by ascending home */
};

void event_hash_open(struct event_hash *h);
void event_hash_add(struct event_hash *h, uint32_t level, int64_t home, const void *bytes, size_t n);
/* Closes the streams; the homes and their digests stay until event_hash_drop. */
enum status event_hash_close(struct event_hash *h, struct digest *out, struct err *e) MUST_CHECK;
void event_hash_drop(struct event_hash *h);

/* Number the next event of this transaction will have. */
enum status event_next(struct registry *r, int64_t *id, struct err *e) MUST_CHECK;
/* Writes the event with the next number; closes `rows`. */
enum status event_put(struct registry *r, struct event *ev, struct event_hash *rows, struct err *e) MUST_CHECK;

struct event_row { /* an event as stored; spans live until the statement moves on */
  int64_t id, at, round, undoes;
  struct span kind, actor, source, source_hash, detail;
  int64_t inserted, changed, ended;
  struct digest rows, prev, hash;
};
void event_read(struct store_stmt *st, struct event_row *out);
/* What `hash` must be. */
bool event_digest(const struct event_row *ev, struct digest *out);

#endif
