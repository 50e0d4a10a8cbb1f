/* find.c - a household by its own number, and where it stands in a snapshot. */
#include <stdio.h>
#include <string.h>

#include "column/snapshot.h"
#include "registry/core.h"

/* Numbers that begin alike, for the hint. */
static enum status near(struct registry *r, const char *key, struct text *out, struct err *e) {
  size_t n = strlen(key);
  struct store_stmt *st;
  bool row;
  if (n == 0) return OK;
  for (size_t keep = n; keep > 0 && out->len == 0; keep--) {
    if (((unsigned char)key[keep - 1] & 0xC0) == 0x80) continue;
    char from[256], to[256];
    snprintf(from, sizeof from, "%.*s", (int)keep - 1 > 250 ? 250 : (int)keep - 1, key);
    snprintf(to, sizeof to, "%s\xf4\x8f\xbf\xbf", from);
    TRY(store_sql(r->db, SQL_HOUSEHOLD_NEAR, &st, e));
    store_bind_str(st, 1, from), store_bind_str(st, 2, to);
    for (;;) {
      TRY(store_step(st, &row, e));
      if (!row) break;
      struct span k = store_text(st, 0);
      text_addf(out, "%s%.*s", out->len ? ", " : "", (int)k.len, k.at);
    }
  }
  return OK;
}

enum status registry_find(struct registry *r, struct snapshot *s, const char *key, struct household_ref *out, struct err *e) {
  struct store_stmt *st;
  bool found = false;
  *out = (struct household_ref){.segment = UINT32_MAX, .row = UINT64_MAX};
  static const enum store_sql both[2] = {SQL_HOUSEHOLD_FIND, SQL_HOUSEHOLD_FORMER};
  for (int i = 0; i < 2 && !found; i++) {
    TRY(store_sql(r->db, both[i], &st, e));
    store_bind_str(st, 1, key);
    TRY(store_step(st, &found, e));
    if (found) out->home = store_int(st, 0), out->id = store_int(st, 1);
    store_reset(st);
  }
  if (!found) {
    struct text hint;
    char words[360];
    text_init(&hint, 300);
    enum status n = near(r, key, &hint, e);
    snprintf(words, sizeof words, hint.len ? "near it: %s" : "the registry holds no households yet%s", text_str(&hint));
    text_free(&hint);
    TRY(n);
    return err_set(e, ERR_NOT_FOUND, words, "there is no household \"%.100s\"", key);
  }
  if (!s) return OK;
  out->segment = snapshot_find_home(s, out->home);
  if (out->segment != UINT32_MAX) {
    const struct segment *g = snapshot_segment(s, out->segment);
    uint64_t lo = 0, hi = segment_households(g);
    while (lo < hi) {
      uint64_t mid = lo + (hi - lo) / 2;
      if (g->household_id[mid] < out->id) lo = mid + 1;
      else hi = mid;
    }
    if (lo < segment_households(g) && g->household_id[lo] == out->id) {
      out->row = lo;
      return OK;
    }
  }
  return err_set(e, ERR_NOT_FOUND, "it was registered later; ask about a later round", "household \"%.100s\" is not in the snapshot of round \"%s\"", key, snapshot_round(s));
}
