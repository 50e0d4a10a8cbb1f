/* derive.c - derived fields, compiled in the order in which they can read each other.
 *
 * The compiler itself says what a rule still needs: a derived field has no name until it is compiled, so a rule that reads
 * one too early fails at exactly that word. Rounds go over the fields until a round brings nothing; what is left then either
 * waits for itself (a cycle, named in full) or is wrong in its own right. Fields that merely wait for a wrong one are not
 * complained about. */
#include <string.h>

#include "programme/loader.h"

struct waiting {
  const struct draft_derive *draft;
  uint32_t level, index;         /* of the field */
  struct err e;
  struct rule_problem where;
  uint32_t blocker;              /* index in the list of the field it waits for, or UINT32_MAX: wrong in its own right */
  bool done, told;
};

static bool kind_of_type(struct rule_type t, enum col_kind *kind) {
  switch (t.kind) {
  case RULE_BOOL: *kind = COL_BOOL; return true;
  case RULE_INT: *kind = COL_INT; return true;
  case RULE_DOUBLE: *kind = COL_REAL; return true;
  case RULE_STRING: *kind = COL_TEXT; return true;
  case RULE_TIMESTAMP: *kind = COL_DATE; return true;
  default: return false;
  }
}

static bool word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* The waiting field whose name stands where the compiler stumbled. */
static uint32_t blocker_of(const struct waiting *w, uint32_t count, const struct waiting *one) {
  const char *source = one->draft->rule.s;
  uint32_t at = one->where.offset, end = at + (one->where.length ? one->where.length : 1);
  if (end > one->draft->rule.len) end = one->draft->rule.len;
  while (at > 0 && at < one->draft->rule.len && word_char(source[at]) && word_char(source[at - 1])) at--;
  while (at < end) {
    if (!word_char(source[at])) {
      at++;
      continue;
    }
    uint32_t stop = at;
    while (stop < one->draft->rule.len && word_char(source[stop])) stop++;
    for (uint32_t i = 0; i < count; i++)
      if (w[i].draft->name.len == stop - at && !memcmp(w[i].draft->name.s, source + at, stop - at)) return i;
    at = stop;
  }
  return UINT32_MAX;
}

static bool tell_cycle(struct loader *l, struct waiting *w, uint32_t start) {
  struct text path;
  text_init(&path, 500);
  for (uint32_t i = start;;) {
    text_addf(&path, "%s -> ", w[i].draft->name.s);
    w[i].told = true;
    if ((i = w[i].blocker) == start) break;
  }
  text_add(&path, w[start].draft->name.s);
  problem_add(&l->list, tree_place(w[start].draft->rule.from, w[start].where.offset), ERR_INPUT, "one of them must be computed from collected fields alone",
              "derived fields go in a circle: %s", text_str(&path));
  text_free(&path);
  return true;
}

static bool tell_what_is_left(struct loader *l, struct waiting *w, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) w[i].blocker = blocker_of(w, count, &w[i]);
  for (uint32_t i = 0; i < count; i++)
    if (w[i].blocker == UINT32_MAX) {
      const struct rule *again; /* compiled once more by the one who words it */
      if (!loader_rule(l, w[i].level, &w[i].draft->rule, NULL, false, &again)) return false;
    }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t slow = i, steps = 0; /* after `count` steps one is on the circle, if there is one */
    while (slow != UINT32_MAX && steps++ < count) slow = w[slow].blocker;
    if (slow != UINT32_MAX && !w[slow].told && !tell_cycle(l, w, slow)) return false;
  }
  return true;
}

/* Tries one; `done` when it was compiled, be it to something that no field can be. */
static bool compile_one(struct loader *l, struct waiting *w, const struct field **order) {
  struct programme *p = l->p;
  struct rule *r;
  struct field *f = &l->fields[w->level][w->index];
  struct rule_field *rf = &l->rule_fields[w->level][w->index];
  memset(&w->where, 0, sizeof w->where);
  enum status s = rule_compile(l->arena, &p->env, w->level, w->draft->rule.s, w->draft->rule.len, NULL, &r, &w->where, &w->e);
  if (s != OK) return s != ERR_MEMORY;
  w->done = true;
  /* once more through the common door, for what it may not read; a derived field decides only where it is read */
  const struct rule *checked;
  if (!loader_rule(l, w->level, &w->draft->rule, NULL, false, &checked)) return false;
  if (!kind_of_type(rule_result_type(r), &f->kind)) {
    problem_add(&l->list, w->draft->rule.from->at, ERR_INPUT, "a derived field is a bool, an int, a double, a string or a timestamp", "\"%s\" would be a %s", f->name,
                rule_type_text(l->arena, rule_result_type(r)));
    f->kind = COL_BOOL;
    return true;
  }
  f->derived = r, f->derived_source = w->draft->rule.s, f->column = p->derive_count;
  *rf = (struct rule_field){.name = f->name, .level = f->level, .kind = f->kind, .derived = r, .column = f->column};
  if (f->kind == COL_BOOL) rf->bounded = true, rf->hi = 1;
  order[p->derive_count++] = f;
  return loader_assume(l, w->draft->from, &w->draft->assumed, "derive", f->name, w->level == LEVEL_HOUSEHOLD ? NULL : p->levels[w->level].name, f->label, f->derived_source, &w->draft->source);
}

bool derive_build(struct loader *l) {
  struct programme *p = l->p;
  const struct draft_derive *d = l->draft.derive.items;
  uint32_t n = l->draft.derive.count, left = 0;
  if (n > LOADER_DERIVE_MAX) {
    problem_add(&l->list, l->draft.derive.from->at, ERR_LIMIT, NULL, "more than %u derived fields", LOADER_DERIVE_MAX);
    n = LOADER_DERIVE_MAX;
  }
  struct waiting *w = arena_array(l->arena, n + 1, sizeof *w);
  const struct field **order = arena_array(l->arena, n + 1 + LOADER_FIELDS_OURS, sizeof *order);
  if (!w || !order) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!d[i].name.from || !d[i].rule.from) continue;
    for (uint32_t k = 0; k < p->level_count; k++)
      for (uint32_t f = p->levels[k].collected_count; f < p->levels[k].field_count; f++)
        if (l->fields[k][f].name == d[i].name.s) w[left++] = (struct waiting){.draft = &d[i], .level = k, .index = f};
  }
  uint32_t count = left;
  bool forward = true;
  for (bool progress = true; progress && left; forward = !forward) { /* there and back: a list written backwards takes two rounds */
    progress = forward; /* a round back is always worth trying */
    for (uint32_t k = 0; k < count; k++) {
      struct waiting *x = &w[forward ? k : count - 1 - k];
      if (x->done) continue;
      if (!compile_one(l, x, order)) return false;
      if (x->done) progress = true, left--;
    }
  }
  uint32_t still = 0;
  for (uint32_t i = 0; i < count; i++)
    if (!w[i].done) w[still++] = w[i];
  p->derive_order = order;
  return !left || tell_what_is_left(l, w, left);
}

bool derive_add(struct loader *l, const char *name, struct label label, const struct tree *from, const char *rule) {
  struct programme *p = l->p;
  struct level *to = &p->levels[LEVEL_HOUSEHOLD];
  struct rule *r;
  struct err e;
  enum status s = rule_compile(l->arena, &p->env, LEVEL_HOUSEHOLD, rule, strlen(rule), NULL, &r, NULL, &e);
  if (s == ERR_MEMORY) return false;
  if (s != OK) { /* its parts are sound, so what is left is a limit of the rule language */
    problem_add(&l->list, from->at, s, e.hint, "%s: %s", name, e.message);
    return true;
  }
  struct field *f = &l->fields[LEVEL_HOUSEHOLD][to->field_count];
  *f = (struct field){.name = name, .level = LEVEL_HOUSEHOLD, .label = label, .sensitivity = SENS_INTERNAL, .derived = r, .derived_source = rule, .column = p->derive_count, .area_level = UINT32_MAX, .line = from->at.line};
  (void)kind_of_type(rule_result_type(r), &f->kind);
  struct rule_field *rf = &l->rule_fields[LEVEL_HOUSEHOLD][to->field_count];
  *rf = (struct rule_field){.name = name, .level = LEVEL_HOUSEHOLD, .kind = f->kind, .derived = r, .column = f->column};
  if (f->kind == COL_BOOL) rf->bounded = true, rf->hi = 1;
  ((const struct field **)(uintptr_t)p->derive_order)[p->derive_count++] = f;
  p->env.field_count[LEVEL_HOUSEHOLD] = ++to->field_count;
  return true;
}
