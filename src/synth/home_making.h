/* home_making.h - between the two halves of home.h: the shape of a segment (home_shape.c), known before anything is written, and its rows (home.c). */
#ifndef SYNTH_HOME_MAKING_H
#define SYNTH_HOME_MAKING_H

#include "base/bits.h"
#include "synth/home.h"

/* A piece of memory that each column uses anew. */
struct room { void *at; size_t cap; };

struct coded { /* of a column with a dictionary: known before its rows are made */
  const char **texts; /* words and areas, sorted */
  uint32_t *codes;    /* of a word or an area */
  struct span *spans; /* texts that do not come in order, sorted; NULL: they do */
  uint64_t bytes;
};

struct making {
  const struct home *h;
  struct arena arena;
  struct segment shape;
  struct chunk *villages;         /* the village table as one chunk more */
  const uint32_t *village_list;   /* rows of the village table */
  uint32_t village_count, *village_row; /* of each of the population's villages */
  struct coded *coded[LEVEL_MAX], key, code;
  struct room data, valid, at, bytes, roster;
};

/* Rows, kinds, widths, bounds and dictionaries of all columns; sections that will be there have pointers that are not NULL. */
enum status home_shape(struct making *m, struct err *e) MUST_CHECK;
uint64_t home_rows(const struct making *m, enum rows kind);
int home_by_text(const void *a, const void *b); /* of struct span, bytewise */
enum status home_no_memory(struct err *e);

/* The chunks of a home, and then the one of its villages. */
static inline const struct chunk *home_first(const struct making *m) { return m->h->chunks ? m->h->chunks : m->villages; }
static inline const struct chunk *home_next(const struct making *m, const struct chunk *c) { return c == m->villages ? NULL : c->next ? c->next : m->villages; }

static inline int64_t home_value(const struct column_plan *p, int32_t cell) { return p->times == 1 && p->over == 1 ? cell : (int64_t)cell * p->times / p->over; }

/* The texts of a chunk's piece, where there are any. */
struct texts { const uint32_t *at; const char *bytes; uint32_t rows; };

static inline struct texts texts_of(const struct chunk *k, const struct piece *p, enum rows kind) {
  if (!k->rows[kind] || !p->any) return (struct texts){NULL, NULL, 0};
  const uint32_t *at = (const uint32_t *)(const void *)(k->data + p->at);
  return (struct texts){at, (const char *)(at + k->rows[kind] + 1), k->rows[kind]};
}

static inline const struct piece *piece_of(const struct chunk *k, uint32_t piece) { return piece == UINT32_MAX ? &k->key : &k->pieces[piece]; }

static inline struct span text_at(const struct texts *t, uint32_t i) { return (struct span){t->bytes + t->at[i], t->at[i + 1] - t->at[i]}; }

static inline bool list_taken(const struct chunk *k, enum rows kind, uint32_t household) { return k->data[k->lists_at + household] >> kind & 1; }

#endif
