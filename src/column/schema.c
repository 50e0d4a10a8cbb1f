#include "column/schema.h"

#include <string.h>

#include "base/map.h"

static bool is_name(const char *s) {
  size_t n = 0;
  if (!s || *s < 'a' || *s > 'z') return false;
  for (; *s; s++, n++)
    if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_')) return false;
  return n <= SCHEMA_NAME_MAX;
}

static enum status check_name(struct map *seen, const char *what, const char *name, struct err *e) {
  bool fresh;
  uint32_t at;
  if (!is_name(name))
    return err_set(e, ERR_INPUT, "names are small letters, digits and _, beginning with a letter, at most 63", "%s \"%.80s\" is not a name", what, name ? name : "");
  if (!map_put(seen, name, strlen(name), &at, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  return fresh ? OK : err_set(e, ERR_INPUT, "rename one of them", "%s \"%s\" stands twice", what, name);
}

static enum status check_level(struct arena *a, const struct schema_level *l, struct err *e) {
  struct map seen;
  map_init(&seen, a);
  if (l->column_count > SCHEMA_COLUMNS_MAX) return err_set(e, ERR_LIMIT, NULL, "level %s has %u columns; at most %u are possible", l->name, l->column_count, SCHEMA_COLUMNS_MAX);
  for (uint32_t i = 0; i < l->column_count; i++) {
    const struct schema_column *c = &l->columns[i];
    TRY(check_name(&seen, "column", c->name, e));
    if ((unsigned)c->kind >= COL_KIND_COUNT) return err_set(e, ERR_INPUT, NULL, "column %s.%s has no kind", l->name, c->name);
    if (c->decimals > (c->kind == COL_DECIMAL ? 9 : 0)) return err_set(e, ERR_INPUT, "decimals: 0 to 9, for decimals only", "column %s.%s has %u decimals", l->name, c->name, c->decimals);
  }
  return OK;
}

enum status schema_check(const struct schema *s, struct err *e) {
  if (s->level_count < LEVEL_LINE0 || s->level_count > LEVEL_MAX)
    return err_set(e, ERR_INPUT, NULL, "%u levels; %d to %d are possible", s->level_count, LEVEL_LINE0, LEVEL_MAX);
  struct arena a;
  arena_init(&a, 0);
  struct map seen;
  map_init(&seen, &a);
  enum status st = OK;
  for (uint32_t l = 0; l < s->level_count && st == OK; l++) {
    st = check_name(&seen, "level", s->levels[l].name, e);
    if (st == OK) st = check_level(&a, &s->levels[l], e);
  }
  arena_drop(&a);
  return st;
}

enum status schema_same(const struct schema *have, const struct schema *want, struct err *e) {
  const char *hint = "the data were frozen under another codebook: use the programme they were made with, or close a new round";
  if (have->level_count != want->level_count) return err_set(e, ERR_CONFLICT, hint, "the snapshot has %u levels, not %u", have->level_count, want->level_count);
  for (uint32_t l = 0; l < have->level_count; l++) {
    const struct schema_level *h = &have->levels[l], *w = &want->levels[l];
    if (strcmp(h->name, w->name) != 0) return err_set(e, ERR_CONFLICT, hint, "level %u of the snapshot is %s, not %s", l, h->name, w->name);
    if (h->column_count != w->column_count)
      return err_set(e, ERR_CONFLICT, hint, "level %s of the snapshot has %u columns, not %u", h->name, h->column_count, w->column_count);
    for (uint32_t i = 0; i < h->column_count; i++) {
      const struct schema_column *a = &h->columns[i], *b = &w->columns[i];
      if (strcmp(a->name, b->name) != 0) return err_set(e, ERR_CONFLICT, hint, "column %u of level %s of the snapshot is %s, not %s", i + 1, h->name, a->name, b->name);
      if (a->kind != b->kind || a->decimals != b->decimals)
        return err_set(e, ERR_CONFLICT, hint, "column %s.%s of the snapshot is %s with %u decimals, not %s with %u", h->name, a->name, col_kind_name(a->kind), a->decimals,
                       col_kind_name(b->kind), b->decimals);
    }
  }
  return OK;
}

struct schema *schema_copy(struct arena *a, const struct schema *s) {
  struct schema *to = arena_copy(a, s, sizeof *s);
  if (!to) return NULL;
  for (uint32_t l = 0; l < s->level_count; l++) {
    struct schema_level *level = &to->levels[l];
    struct schema_column *columns = arena_array(a, level->column_count + 1u, sizeof *columns);
    level->name = arena_str(a, level->name);
    if (!columns || !level->name) return NULL;
    for (uint32_t i = 0; i < level->column_count; i++) {
      columns[i] = s->levels[l].columns[i];
      if (!(columns[i].name = arena_str(a, columns[i].name))) return NULL;
    }
    level->columns = columns;
  }
  return to;
}
