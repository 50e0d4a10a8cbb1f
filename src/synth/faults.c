#include "synth/faults.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "synth/chance.h"
#include "synth/rows.h"

static const struct { const char *name, *words; bool lasting; } kinds[FAULT_COUNT] = {
#define X(id, title, lasts, text) {title, text, lasts},
    FAULTS(X)
#undef X
};

const char *fault_name(enum fault f) { return f < FAULT_COUNT ? kinds[f].name : ""; }
const char *fault_words(enum fault f) { return f < FAULT_COUNT ? kinds[f].words : ""; }

enum status fault_read(struct fault_plan *plan, const char *text, struct err *e) {
  const char *is = strchr(text, '=');
  size_t n = is ? (size_t)(is - text) : strlen(text);
  for (int k = 0; k < FAULT_COUNT; k++) {
    if (strlen(kinds[k].name) != n || strncmp(kinds[k].name, text, n) != 0) continue;
    double share;
    if (!is || !number_double(is + 1, strlen(is + 1), &share) || share < 0 || share > 1)
      return err_set(e, ERR_USAGE, "for example duplicate=0.01", "--faults %s: a share from 0 to 1 is wanted after %s=", text, kinds[k].name);
    plan->share[k] = share;
    return OK;
  }
  struct text names;
  text_init(&names, 300);
  for (int k = 0; k < FAULT_COUNT; k++) text_addf(&names, "%s%s", k ? ", " : "known: ", kinds[k].name);
  enum status s = err_fill(e, ERR_USAGE, text_str(&names), "--faults %s: there is no fault \"%.*s\"", text, (int)n, text);
  text_free(&names);
  return status_failed(s);
}

bool household_exits(const struct household *h, uint32_t round) { return round && h->size[round] && h->listed[round - 1] && !h->listed[round]; }

static bool can(enum fault f, const struct block *b, uint32_t at, uint32_t round) {
  const struct household *h = &b->households[at];
  switch (f) {
  case FAULT_DUPLICATE: case FAULT_PAYROLL: case FAULT_CAR: return h->listed[round];
  case FAULT_SPLIT: return h->listed[round] && rows_split_at(h, round) < h->people_count;
  case FAULT_QUANTITY: return household_exits(h, round) && rows_has_crop(b, h, round);
  case FAULT_EDITED: case FAULT_ONE_OFF: case FAULT_BELOW: return household_exits(h, round);
  case FAULT_COPIED: return at && h->listed[round] && b->households[at - 1].listed[round] && b->households[at - 1].size[round] == h->size[round];
  default: return false;
  }
}

enum fault fault_of(const struct fault_plan *plan, const struct block *b, uint32_t at, uint32_t round) {
  const struct household *h = &b->households[at];
  if (!h->size[round]) return FAULT_NONE;
  for (int k = 0; k < FAULT_COUNT; k++) {
    if (plan->share[k] <= 0 || !can((enum fault)k, b, at, round)) continue;
    struct chance r = chance_of(b->village->place, ((uint64_t)h->number << 16) | ((uint64_t)k << 8) | (kinds[k].lasting ? 0xFF : round), ABOUT_FAULTS);
    if (chance_unit(&r) < plan->share[k]) return (enum fault)k;
  }
  return FAULT_NONE;
}
