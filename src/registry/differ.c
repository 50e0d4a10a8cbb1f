#include "registry/differ.h"

#include <stdio.h>
#include <string.h>

struct differ {
  const struct schema *schema;
  uint32_t left;
  void (*tell)(void *ctx, const char *line);
  void *ctx;
};

static bool same_cell(const struct column *a, uint64_t i, const struct column *b, uint64_t k) {
  struct cell x = column_cell(a, i), y = column_cell(b, k);
  if (x.absence != y.absence) return false;
  if (x.absence != PRESENT) return true;
  if (a->kind == COL_TEXT || a->kind == COL_CHOICE) return x.s.len == y.s.len && (x.s.len == 0 || memcmp(x.s.at, y.s.at, x.s.len) == 0);
  return a->kind == COL_REAL ? x.d == y.d : x.i == y.i; /* finite, and never -0.0 */
}

/* Index of the first column that differs, or the count. */
static uint32_t first_column(const struct table *a, uint64_t i, const struct table *b, uint64_t k) {
  uint32_t c = 0;
  while (c < a->column_count && c < b->column_count && same_cell(&a->columns[c], i, &b->columns[c], k)) c++;
  return c;
}

static void one(struct differ *d, const struct segment *s, uint64_t h, const char *what, const char *field) {
  struct cell key = column_cell(&s->household_key, h);
  char line[300];
  if (!d->left) return;
  d->left--;
  snprintf(line, sizeof line, "household %.*s%s%s", key.absence == PRESENT ? (int)key.s.len : 0, key.absence == PRESENT ? key.s.at : "", what, field);
  d->tell(d->ctx, line);
}

static void household(struct differ *d, const struct segment *a, uint64_t i, const struct segment *b, uint64_t k) {
  uint32_t c = first_column(&a->levels[LEVEL_HOUSEHOLD], i, &b->levels[LEVEL_HOUSEHOLD], k);
  struct cell x = column_cell(&a->household_key, i), y = column_cell(&b->household_key, k);
  if (c < a->levels[LEVEL_HOUSEHOLD].column_count) {
    one(d, a, i, ": ", d->schema->levels[LEVEL_HOUSEHOLD].columns[c].name);
    return;
  }
  if (x.s.len != y.s.len || memcmp(x.s.at, y.s.at, x.s.len) != 0) {
    one(d, a, i, ": ", "its number");
    return;
  }
  for (uint32_t l = LEVEL_MEMBER; l < a->level_count && l < b->level_count; l++) {
    if (!a->child_at[l] || !b->child_at[l]) continue;
    uint32_t na = a->child_at[l][i + 1] - a->child_at[l][i], nb = b->child_at[l][k + 1] - b->child_at[l][k];
    const char *level = d->schema->levels[l].name;
    if (na != nb || segment_has_roster(a, l, i) != segment_has_roster(b, l, k)) {
      one(d, a, i, ": how many in its list ", level);
      return;
    }
    for (uint32_t n = 0; n < na; n++) {
      char what[40];
      c = first_column(&a->levels[l], a->child_at[l][i] + n, &b->levels[l], b->child_at[l][k] + n);
      if (c == a->levels[l].column_count) continue;
      snprintf(what, sizeof what, ", %.20s %u: ", level, n + 1);
      one(d, a, i, what, d->schema->levels[l].columns[c].name);
      return;
    }
  }
}

void differ_snapshots(const struct snapshot *frozen, const struct snapshot *now, uint32_t most, void (*tell)(void *ctx, const char *line), void *ctx) {
  struct differ d = {.schema = snapshot_schema(frozen), .left = most, .tell = tell, .ctx = ctx};
  for (uint32_t s = 0; d.schema && s < snapshot_segment_count(frozen) && d.left; s++) {
    const struct segment *a = snapshot_segment(frozen, s);
    uint32_t at = snapshot_find_home(now, a->home);
    const struct segment *b = at == UINT32_MAX ? NULL : snapshot_segment(now, at);
    uint64_t i = 0, k = 0, na = segment_households(a), nb = b ? segment_households(b) : 0;
    while ((i < na || k < nb) && d.left) {
      if (k == nb || (i < na && a->household_id[i] < b->household_id[k])) one(&d, a, i++, " is missing", "");
      else if (i == na || b->household_id[k] < a->household_id[i]) one(&d, b, k++, " was not there", "");
      else household(&d, a, i++, b, k++);
    }
  }
}
