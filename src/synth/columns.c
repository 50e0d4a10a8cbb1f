#include "synth/columns.h"

#include <string.h>

#include "base/number.h"

struct slot { enum filled field; uint8_t kind, decimals; bool sealed, percent; }; /* of a column; FILL_COUNT = never filled */

struct columns {
  struct builder *builder;
  const struct schema *schema;
  struct slot *slots[LEVEL_MAX];
  uint32_t *filled[LEVEL_MAX], filled_count[LEVEL_MAX]; /* columns that the model fills; the others stay empty */
  struct cell *cells[LEVEL_MAX];
  uint32_t taken; /* lists that count as taken also when no rows follow */
  int64_t households, members;
};

enum status columns_schema(struct arena *a, const struct programme *p, struct schema *out, struct err *e) {
  *out = (struct schema){.level_count = p->level_count};
  for (uint32_t l = 0; l < p->level_count; l++) {
    const struct level *level = &p->levels[l];
    struct schema_column *c;
    uint32_t n = 0;
    ARENA_TRY(e, c = arena_array(a, level->field_count + 1u, sizeof *c));
    for (uint32_t i = 0; i < level->field_count; i++) {
      const struct field *d = &level->fields[i];
      if (d->derived) continue;
      c[n++] = d->sealed ? (struct schema_column){d->name, COL_TEXT, 0} : (struct schema_column){d->name, d->kind, d->kind == COL_DECIMAL ? d->decimals : 0};
    }
    out->levels[l] = (struct schema_level){level->name, c, n};
  }
  return OK;
}

/* Whether files give the field in hundredths: then the model's number is a percentage. */
static bool is_percent(const struct programme *p, uint32_t level, const char *field) {
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *src = &p->sources[i];
    for (uint32_t k = 0; src->level == level && src->file && !src->flat && k < src->map_count; k++)
      if (!strcmp(src->maps[k].field, field)) return src->maps[k].conversion == CONVERT_HUNDREDTH;
  }
  return false;
}

enum status columns_open(struct arena *a, const struct programme *p, const struct schema *schema, int64_t home, struct columns **out, struct err *e) {
  struct columns *c;
  ARENA_TRY(e, c = arena_new(a, struct columns));
  c->schema = schema;
  for (uint32_t l = 0; l < schema->level_count; l++) {
    const struct level *level = &p->levels[l];
    uint32_t n = 0;
    ARENA_TRY(e, c->slots[l] = arena_array(a, schema->levels[l].column_count + 1u, sizeof *c->slots[l]));
    ARENA_TRY(e, c->filled[l] = arena_array(a, schema->levels[l].column_count + 1u, sizeof *c->filled[l]));
    ARENA_TRY(e, c->cells[l] = arena_array(a, schema->levels[l].column_count + 1u, sizeof *c->cells[l]));
    for (uint32_t i = 0; i < level->field_count; i++) {
      const struct field *d = &level->fields[i];
      if (d->derived) continue;
      c->cells[l][n] = (struct cell){.absence = ABSENT_EMPTY};
      if (filled_named(d->name) != FILL_COUNT) c->filled[l][c->filled_count[l]++] = n;
      c->slots[l][n++] = (struct slot){filled_named(d->name), (uint8_t)d->kind, d->decimals, d->sealed, is_percent(p, l, d->name)};
    }
    bool filled = !strcmp(level->name, LEVEL_OF_LINES) || !strcmp(level->name, LEVEL_OF_CROPS);
    if (filled && !level->empty_unknown) c->taken |= 1u << l;
  }
  TRY(builder_open(schema, home, &c->builder, e));
  *out = c;
  return OK;
}

/* Written where it lies: a cell made on the stack and copied would wait for its own stores. */
static inline void fill_cell(const struct slot *s, const struct filled_cell *x, struct cell *c) {
  c->absence = PRESENT;
  if (s->sealed) c->s = span_of("sealed");
  else if (s->kind == COL_CHOICE || s->kind == COL_TEXT) c->s = span_of(x->text);
  else if (s->kind == COL_DECIMAL && s->decimals != x->decimals) {
    if (s->decimals > x->decimals) c->i = x->number * number_pow10(s->decimals - x->decimals);
    else c->i = x->number / number_pow10(x->decimals - s->decimals);
    if (s->percent) c->i /= 100;
  } else if (s->kind == COL_REAL) c->d = (double)x->number / (double)number_pow10(x->decimals);
  else c->i = s->percent ? x->number / 100 : x->number;
}

static const char *text_of(const struct row *r, enum filled key) { return r->cells[key].set ? r->cells[key].text : ""; }

enum status columns_put(struct columns *c, uint32_t level, const struct row *r, struct err *e) {
  struct cell *cells = c->cells[level];
  for (uint32_t k = 0; k < c->filled_count[level]; k++) {
    uint32_t i = c->filled[level][k];
    const struct slot *s = &c->slots[level][i];
    const struct filled_cell *x = &r->cells[s->field];
    if (x->set) fill_cell(s, x, &cells[i]);
    else cells[i].absence = ABSENT_EMPTY;
  }
  if (level == LEVEL_VILLAGE) return builder_village(c->builder, span_of(text_of(r, KEY_VILLAGE)), cells, e);
  if (level == LEVEL_HOUSEHOLD) {
    c->members = 0;
    return builder_household(c->builder, ++c->households, span_of(text_of(r, KEY_HOUSEHOLD)), span_of(text_of(r, FILL_home_village)), (uint32_t)r->cells[KEY_LISTS].number | c->taken, cells, e);
  }
  return builder_child(c->builder, level, level == LEVEL_MEMBER ? ++c->members : 0, cells, e);
}

enum status columns_finish(struct columns *c, const struct segment **out, struct err *e) { return builder_finish(c->builder, out, e); }

void columns_close(struct columns *c) {
  if (c) builder_close(c->builder);
}
