#include "identify/whatif.h"

#include <math.h>

#include "base/number.h"

void whatif_open(struct whatif *w, const struct programme *p, const struct segment *s, uint64_t household) {
  *w = (struct whatif){.programme = p, .segment = s, .household = household};
}

bool whatif_set(struct whatif *w, uint32_t level, uint32_t field, uint64_t row, struct cell c) {
  uint32_t i = 0;
  while (i < w->count && !(w->cells[i].level == level && w->cells[i].field == field && w->cells[i].row == row)) i++;
  if (i == WHATIF_MAX) return false;
  w->cells[i] = (struct whatif_cell){.level = level, .field = field, .row = row, .cell = c};
  if (i == w->count) w->count++;
  return true;
}

static bool overlay(void *ctx, uint32_t level, uint32_t field, uint64_t row, struct cell *out) {
  const struct whatif *w = ctx;
  for (uint32_t i = 0; i < w->count; i++)
    if (w->cells[i].level == level && w->cells[i].field == field && w->cells[i].row == row) {
      *out = w->cells[i].cell;
      return true;
    }
  return false;
}

struct rule_row whatif_row(struct whatif *w, uint64_t row) {
  return (struct rule_row){.segment = w->segment, .household = w->household, .row = row, .cell = w->count ? overlay : NULL, .cell_ctx = w};
}

static enum status bits(struct whatif *w, struct arena *scratch, const struct rule *rule, uint32_t i, uint64_t *yes, uint64_t *unknown, struct err *e) {
  struct rule_row row = whatif_row(w, w->household);
  struct rule_value v;
  TRY(rule_eval(scratch, rule, &row, &v, e));
  if (v.state != RULE_VALUE || v.kind != RULE_BOOL) *unknown |= (uint64_t)1 << i;
  else if (v.b) *yes |= (uint64_t)1 << i;
  return OK;
}

enum status whatif_decide(struct whatif *w, struct arena *scratch, struct whatif_answer *out, struct err *e) {
  const struct programme *p = w->programme;
  const struct identify *id = &p->identify;
  *out = (struct whatif_answer){0};
  for (uint32_t i = 0; i < id->include_count; i++) TRY(bits(w, scratch, id->include[i].rule, i, &out->include, &out->include_unknown, e));
  for (uint32_t i = 0; i < id->exclude_count; i++) TRY(bits(w, scratch, id->exclude[i].rule, i, &out->exclude, &out->exclude_unknown, e));
  for (uint32_t i = 0; i < id->cause_count; i++) TRY(bits(w, scratch, id->causes[i].rule, i, &out->cause, &out->cause_unknown, e));
  double weights[DECISION_RULES];
  decide_weights(p, weights);
  for (uint32_t i = 0; i < p->indicator_count; i++) {
    TRY(bits(w, scratch, p->indicators[i].rule, i, &out->deprived, &out->deprived_unknown, e));
    if (out->deprived >> i & 1) out->score += weights[i], out->score_high += weights[i];
    else if (out->deprived_unknown >> i & 1) out->score_high += weights[i];
  }
  out->poor = p->indicator_count ? decide_poor(p->cutoff, out->score, out->score_high) : TRUTH_FALSE;
  out->qualifies = decide_qualifies(p, out->include, out->include_unknown, out->exclude, out->exclude_unknown, out->poor);
  if (id->has_rank) {
    struct rule_row row = whatif_row(w, w->household);
    struct rule_value v;
    TRY(rule_eval(scratch, id->rank.rule, &row, &v, e));
    out->ranked = eval_number(&v, &out->rank) && !isnan(out->rank);
  }
  return OK;
}

enum status whatif_cell(struct whatif *w, struct arena *scratch, uint32_t level, uint32_t field, uint64_t row, struct cell *out, struct err *e) {
  const struct field *f = &w->programme->levels[level].fields[field];
  if (overlay(w, level, field, row, out)) return OK;
  if (!f->derived) {
    *out = column_cell(&w->segment->levels[level].columns[f->column], row);
    if (out->absence != PRESENT && f->fill >> out->absence & 1) *out = f->fill_value;
    return OK;
  }
  struct rule_row at = whatif_row(w, row);
  struct rule_value v;
  TRY(rule_eval(scratch, f->derived, &at, &v, e));
  *out = (struct cell){.absence = ABSENT_EMPTY};
  double d;
  if (v.state != RULE_VALUE) return OK;
  if (v.kind == RULE_STRING) {
    out->absence = PRESENT;
    out->s = v.s;
  } else if (v.kind == RULE_TIMESTAMP) {
    out->absence = PRESENT;
    out->i = v.t.seconds / 86400 - (v.t.seconds % 86400 < 0);
  } else if (v.kind == RULE_INT) {
    out->absence = PRESENT;
    out->i = v.i;
    if (f->kind == COL_REAL) out->d = (double)v.i;
  } else if (eval_number(&v, &d)) {
    out->absence = PRESENT;
    if (f->kind == COL_REAL) out->d = d;
    else if (f->kind == COL_DECIMAL) out->i = (int64_t)llround(d * (double)number_pow10(f->decimals));
    else out->i = (int64_t)d;
  }
  return OK;
}
