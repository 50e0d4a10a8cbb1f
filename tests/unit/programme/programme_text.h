/* programme_text.h - small programmes as text for tests: BASE is one that loads, pieces are put after it. */
#ifndef PROGRAMME_TEXT_H
#define PROGRAMME_TEXT_H

#include "unit.h"

#include "programme/programme.h"

#define BASE \
  "programme: {name: p, title: T, currency: CNY, years: {from: 2020, to: 2026}}\n" \
  "areas:\n" \
  "  levels: [{name: county, home: true}, {name: village}]\n" \
  "  list: [{code: c1, level: county, name: C}, {code: v1, level: village, parent: c1, name: V}]\n" \
  "  household: place\n" \
  "fields:\n" \
  "  - {name: income, type: money, min: 0, max: 1000000}\n" \
  "  - {name: size, type: integer, min: 1, max: 20}\n" \
  "  - {name: place, type: choice, choices: {areas: village}}\n" \
  "  - {name: floor, type: choice, choices: [earth, wood]}\n" \
  "  - {name: poor_house, type: boolean}\n" \
  "  - {name: stars, type: integer, incentive: true}\n" \
  "  - {name: phone, type: text, sealed: true}\n" \
  "  - {name: age, level: members, type: integer, min: 0, max: 120}\n"

#define MARK "\xc2\xb6" /* the sign for a paragraph shows where a complaint must point; it is taken out before loading */

struct loaded {
  struct arena arena;
  struct programme *p;
  struct problem *problems;
  struct err e;
  enum status status;
  struct programme_file files[4];
};

static inline void load_files(struct loaded *l, uint32_t count) {
  arena_init(&l->arena, 64 << 20);
  l->status = programme_load_files(&l->arena, "folder", l->files, count, &l->p, &l->problems, &l->e);
}

static inline void load_text(struct loaded *l, const char *yaml) {
  memset(l, 0, sizeof *l);
  l->files[0] = (struct programme_file){"programme.yaml", yaml, strlen(yaml)};
  load_files(l, 1);
}

/* BASE and more; fails with the problems' words when it does not load. */
static inline struct programme *load_good(struct loaded *l, const char *more) {
  char text[8000];
  snprintf(text, sizeof text, "%s%s", BASE, more);
  load_text(l, text);
  if (l->status != OK) fail_msg("%s HINT: %s", l->e.message, l->e.hint);
  return l->p;
}

static inline void unload(struct loaded *l) { arena_drop(&l->arena); }

#endif
