#include "identify/trace.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "identify/whatif.h"
#include "identify/words.h"

struct tracer {
  struct arena *a;
  struct programme *p;
  const struct segment *s;
  uint64_t h;
  enum language lang;
  struct whatif w;
  void (*item)(void *ctx, const struct trace_item *x);
  void *ctx;
};

static const char *value_text(struct tracer *t, const struct field *f, const struct cell *c) {
  struct text x;
  char digits[48];
  if (c->absence == ABSENT_EMPTY) return NULL;
  text_init(&x, 4096);
  if (f->kind == COL_REAL && c->absence == PRESENT && isfinite(c->d) && fabs(c->d) < 1e15 && (fabs(c->d) >= 100 || fabs(c->d * 100 - round(c->d * 100)) < 1e-6)) text_addf(&x, "%.2f", c->d + 0.0);
  else if (f->kind == COL_DECIMAL && !f->sealed && c->absence == PRESENT) text_add(&x, number_decimal_format(c->i, f->decimals, digits));
  else words_cell(&x, t->lang, f, c);
  const char *out = arena_str(t->a, text_str(&x));
  text_free(&x);
  return out;
}

static enum status tell(struct tracer *t, uint32_t level, uint32_t field, uint64_t row, uint64_t shown, bool even_missing, struct err *e) {
  const struct level *l = &t->p->levels[level];
  const struct field *f = &l->fields[field];
  struct cell c;
  TRY(whatif_cell(&t->w, t->a, level, field, row, &c, e));
  const char *value = value_text(t, f, &c);
  if (!value && !even_missing) return OK;
  t->item(t->ctx, &(struct trace_item){l->name, label_in(&l->label, t->lang, l->name), shown, f->name, label_in(&f->label, t->lang, f->name), value, f->derived_source, f->derived ? f->source : NULL});
  return OK;
}

static bool names(const char *rule, const char *word) {
  size_t n = strlen(word);
  for (const char *at = rule; (at = strstr(at, word)); at += n)
    if ((at == rule || (!isalnum((unsigned char)at[-1]) && at[-1] != '_' && at[-1] != '.')) && !isalnum((unsigned char)at[n]) && at[n] != '_') return true;
  return false;
}

static void params(struct tracer *t, const struct rule *welfare) {
  for (uint32_t i = 0; i < t->p->param_count; i++) {
    const struct programme_param *x = &t->p->params[i];
    bool used = names(t->p->design.welfare_source ? t->p->design.welfare_source : "", x->name);
    for (uint32_t l = 0; l < t->p->level_count; l++)
      for (uint32_t f = t->p->levels[l].collected_count; f < t->p->levels[l].field_count; f++)
        used |= rule_reads(welfare, l, f) && t->p->levels[l].fields[f].derived_source && names(t->p->levels[l].fields[f].derived_source, x->name);
    if (!used) continue;
    char value[48];
    snprintf(value, sizeof value, x->value.kind == RULE_INT ? "%.0f" : "%.10g", x->value.kind == RULE_INT ? (double)x->value.i : x->value.d);
    t->item(t->ctx, &(struct trace_item){"params", t->lang == LANG_ZH ? "参数" : "parameter", 0, x->name, label_in(&x->label, t->lang, x->name), arena_str(t->a, value), NULL, x->source});
  }
}

enum status trace_welfare(struct arena *a, struct programme *p, const struct segment *s, uint64_t household, enum language lang, void (*item)(void *ctx, const struct trace_item *x), void *ctx, struct err *e) {
  struct tracer t = {.a = a, .p = p, .s = s, .h = household, .lang = lang, .item = item, .ctx = ctx};
  const struct rule *welfare = p->design.welfare;
  if (!welfare) return err_set(e, ERR_CONFLICT, "`sample: welfare:` in programme.yaml", "the programme says of no figure that it is the income");
  whatif_open(&t.w, p, s, household);
  for (uint32_t l = LEVEL_LINE0; l < p->level_count; l++) {
    bool read = false;
    for (uint32_t f = 0; f < p->levels[l].field_count; f++) read |= rule_reads(welfare, l, f);
    if (!read) continue;
    uint64_t from = s->child_at[l][household], to = s->child_at[l][household + 1];
    for (uint64_t row = from; row < to; row++)
      for (uint32_t f = 0; f < p->levels[l].field_count; f++) {
        bool counts = rule_reads(welfare, l, f), derived = f >= p->levels[l].collected_count;
        if (counts || !derived) TRY(tell(&t, l, f, row, row - from + 1, counts, e));
      }
    if (!segment_has_roster(s, l, household)) item(ctx, &(struct trace_item){.level = p->levels[l].name, .level_label = label_in(&p->levels[l].label, lang, p->levels[l].name), .field = "", .label = lang == LANG_ZH ? "未逐项登记" : "was not taken"});
  }
  for (uint32_t f = 0; f < p->levels[LEVEL_HOUSEHOLD].field_count; f++)
    if (rule_reads(welfare, LEVEL_HOUSEHOLD, f)) TRY(tell(&t, LEVEL_HOUSEHOLD, f, household, 0, true, e));
  params(&t, welfare);
  return OK;
}
