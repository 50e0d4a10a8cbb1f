/* shards.h - what the files of the driver for several servers share. For this room only.
 *
 *   store_shards.c    statements and bulk over several servers, opening, the driver's table
 *   shards_layout.c   reads NAME.shards
 *   shards_commit.c   which server has part in a transaction, and how all of them keep it or none
 *   shards_keep.c     for those who keep the servers: what lies where, moving homes, reading side by side */
#ifndef STORE_SHARDS_H
#define STORE_SHARDS_H

#include "store/postgres.h"

enum { SHARDS_MOST = STORE_PARTS_MOST, PARAMS_MOST = 64 };

struct shard {
  char name[64];
  char *url;
  char **codes; uint32_t code_count;  /* of its homes, as the file names them */
  struct store *db;                   /* NULL until needed */
  bool down, touched;                 /* touched: has part in the transaction at hand */
  bool wrote;                         /* the transaction changed something here: it must be kept together with the others */
  bool met;                           /* what was decided while it was away is finished */
};

struct sh_store {
  struct store base;
  struct shard shards[SHARDS_MOST];
  unsigned count;
  int busy_ms;
  bool tx, tx_write;
  struct { int64_t home; unsigned shard; } *homes; uint32_t home_count, home_cap;
  char **tables; uint32_t table_count; /* made in this transaction: they get their CHECK before it ends */
  struct store *last;                  /* where the last statement ran */
  struct sh_stmt *named[SQL_COUNT];
  char partial[400], stale[400];
};

#define SH(s) ((struct sh_store *)(void *)(uintptr_t)(s))

/* ---- shards_layout.c ---- */
/* Fills `shards` (room for SHARDS_MOST) from the bytes of a file; `path` is for messages. ERR_INPUT with line or name. Dropped in any case. */
enum status shards_layout_read(const char *path, const char *text, size_t n, struct shard *shards, unsigned *count, struct err *e) MUST_CHECK;
enum status shards_layout_load(const char *path, struct shard *shards, unsigned *count, struct err *e) MUST_CHECK;
void shards_layout_drop(struct shard *shards, unsigned count);
/* The shard that names this code, or SHARDS_MOST. */
unsigned shards_layout_find(const struct shard *shards, unsigned count, struct span code);

/* ---- shards_commit.c ---- */
enum status sh_set_home(struct sh_store *p, int64_t home, unsigned shard, struct err *e) MUST_CHECK;
unsigned sh_of_home(const struct sh_store *p, int64_t home);
/* The connection alone: servers may be called side by side, each from one thread. */
enum status sh_call(struct sh_store *p, unsigned i, struct err *e) MUST_CHECK;
/* The same, and what was decided while the server was away is finished, by readers too. */
enum status sh_connect(struct sh_store *p, unsigned i, struct err *e) MUST_CHECK;
/* It holds homes, or may: one that was only just named in the file is not asked for anything. */
bool sh_holds(const struct sh_store *p, unsigned i);
/* The shard is there and has part in what goes on. */
enum status sh_touch(struct sh_store *p, unsigned i, struct err *e) MUST_CHECK;
/* This table gets its CHECK, and homes are written down, before the transaction ends. */
enum status sh_remember(struct sh_store *p, const char *table, struct err *e) MUST_CHECK;
/* A reader was not shown this shard. */
void sh_note_partial(struct sh_store *p, const struct shard *x);
/* What it showed may lack the latest changes: "shard NAME WHY". */
void sh_note_stale(struct sh_store *p, const struct shard *x, const char *why);
/* The server can keep a change whole together with others. */
enum status sh_check_server(struct sh_store *p, unsigned i, struct err *e) MUST_CHECK;
enum status sh_begin(struct store *s, bool write, struct err *e) MUST_CHECK;
enum status sh_commit(struct store *s, struct err *e) MUST_CHECK;
void sh_rollback(struct store *s);
bool sh_in_transaction(const struct store *s);

/* ---- store_shards.c ---- */
void sh_reset_all(struct sh_store *p);

#endif
