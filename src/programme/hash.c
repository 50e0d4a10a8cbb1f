/* hash.c - the two hashes of a programme.
 *
 * `rules` covers what decides, in a canonical form: names, types, bounds, codes, rules without their spaces and comments, lines,
 * weights, quota, and what a plan is made of. Not: labels, notes, units, sources of numbers, the order in which fields are listed. A decision is stale
 * when it changes. `source` covers the bytes of programme.yaml and every table it names, for audit. */
#include <stdlib.h>
#include <string.h>

#include "programme/loader.h"

static void add_f64(struct digest_stream *s, double v) {
  uint64_t bits;
  v += 0.0;
  if (v != v) bits = UINT64_MAX; /* every NaN alike */
  else memcpy(&bits, &v, sizeof bits);
  digest_add_u64(s, bits);
}

static bool add_rule(struct loader *l, struct digest_stream *s, const struct rule *r) {
  const char *text = r ? rule_canonical(l->arena, r) : NULL;
  digest_add_str(s, text);
  return text || !r;
}

static int field_order(const void *a, const void *b) { return strcmp((*(const struct field *const *)a)->name, (*(const struct field *const *)b)->name); }

static bool add_field(struct loader *l, struct digest_stream *s, const struct field *f) {
  digest_add_str(s, f->name);
  digest_add_u64(s, (uint64_t)f->kind | (uint64_t)f->decimals << 8 | (uint64_t)f->money << 16 | (uint64_t)f->sealed << 17 | (uint64_t)f->required << 18 | (uint64_t)f->changeable << 19 |
                       (uint64_t)f->incentive << 20 | (uint64_t)f->bounded << 21 | (uint64_t)f->real_bounded << 22);
  if (f->bounded) digest_add_u64(s, (uint64_t)f->lo), digest_add_u64(s, (uint64_t)f->hi);
  if (f->real_bounded) add_f64(s, f->real_lo), add_f64(s, f->real_hi);
  digest_add_u64(s, f->choice_count);
  for (uint32_t i = 0; i < f->choice_count; i++) digest_add_str(s, f->choices[i].code);
  digest_add_u64(s, f->missing_count);
  for (uint32_t i = 0; i < f->missing_count; i++) digest_add_str(s, f->missing[i].text), digest_add_u64(s, f->missing[i].why);
  digest_add_u64(s, f->fill);
  if (f->fill && (f->kind == COL_CHOICE || f->kind == COL_TEXT)) digest_add_u64(s, f->fill_value.s.len), digest_add(s, f->fill_value.s.at, f->fill_value.s.len);
  else if (f->fill && f->kind == COL_REAL) add_f64(s, f->fill_value.d);
  else if (f->fill) digest_add_u64(s, (uint64_t)f->fill_value.i);
  return add_rule(l, s, f->derived);
}

static bool add_codebook(struct loader *l, struct digest_stream *s) {
  const struct programme *p = l->p;
  digest_add_u64(s, p->level_count);
  for (uint32_t k = 0; k < p->level_count; k++) {
    const struct level *v = &p->levels[k];
    const struct field **order = arena_array(l->arena, v->field_count + 1, sizeof *order);
    if (!order) return false;
    for (uint32_t i = 0; i < v->field_count; i++) order[i] = &v->fields[i];
    if (v->field_count) qsort(order, v->field_count, sizeof *order, field_order);
    digest_add_str(s, v->name);
    digest_add_u64(s, v->empty_unknown);
    digest_add_u64(s, v->field_count);
    for (uint32_t i = 0; i < v->field_count; i++)
      if (!add_field(l, s, order[i])) return false;
  }
  return true;
}

static void add_areas_and_lines(const struct programme *p, struct digest_stream *s) {
  digest_add_u64(s, p->home_level);
  digest_add_str(s, p->household_area);
  digest_add_u64(s, p->area_count);
  for (uint32_t i = 0; i < p->area_count; i++) {
    digest_add_str(s, p->areas[i].code);
    digest_add_u64(s, p->areas[i].level);
    digest_add_str(s, p->areas[i].parent == UINT32_MAX ? NULL : p->areas[p->areas[i].parent].code);
  }
  for (uint32_t i = 0; i < p->area_count; i++)
    if (p->areas[i].now != i) digest_add_str(s, p->areas[i].code), digest_add_str(s, p->areas[p->areas[i].now].code);
  digest_add_u64(s, p->line_count);
  digest_add_u64(s, p->main_line);
  for (uint32_t i = 0; i < p->line_count; i++) {
    const struct line *n = &p->lines[i];
    digest_add_str(s, n->name);
    digest_add_u64(s, n->kind);
    add_f64(s, n->share), add_f64(s, n->quantile);
    digest_add_u64(s, n->amount_count);
    for (uint32_t j = 0; j < n->amount_count; j++) digest_add_u64(s, (uint64_t)n->amounts[j].year), digest_add_str(s, n->amounts[j].area), add_f64(s, n->amounts[j].amount);
  }
  digest_add_u64(s, p->param_count);
  for (uint32_t i = 0; i < p->param_count; i++) {
    digest_add_str(s, p->params[i].name);
    digest_add_u64(s, p->params[i].value.kind);
    p->params[i].value.kind == RULE_INT ? digest_add_u64(s, (uint64_t)p->params[i].value.i) : add_f64(s, p->params[i].value.d);
  }
}

static bool add_named(struct loader *l, struct digest_stream *s, const struct named_rule *r, uint32_t count) {
  digest_add_u64(s, count);
  for (uint32_t i = 0; i < count; i++) {
    digest_add_str(s, r[i].name);
    if (!add_rule(l, s, r[i].rule)) return false;
  }
  return true;
}

static bool add_decisions(struct loader *l, struct digest_stream *s) {
  const struct programme *p = l->p;
  const struct identify *d = &p->identify;
  const struct design *g = &p->design;
  add_f64(s, p->cutoff);
  digest_add_u64(s, p->indicator_count);
  for (uint32_t i = 0; i < p->indicator_count; i++) {
    digest_add_str(s, p->indicators[i].name), digest_add_str(s, p->indicators[i].dimension);
    add_f64(s, p->indicators[i].weight);
    if (!add_rule(l, s, p->indicators[i].rule)) return false;
  }
  if (!add_named(l, s, d->include, d->include_count) || !add_named(l, s, d->exclude, d->exclude_count) || !add_named(l, s, d->causes, d->cause_count)) return false;
  digest_add_u64(s, d->has_rank);
  digest_add_u64(s, d->rank_descending);
  if (!add_rule(l, s, d->rank.rule)) return false;
  digest_add_u64(s, d->has_quota);
  if (d->has_quota) {
    digest_add_u64(s, d->quota_level), digest_add_u64(s, d->ties), digest_add_u64(s, d->quota_persons), digest_add_u64(s, d->quota_count);
    for (uint32_t i = 0; i < d->quota_count; i++) digest_add_str(s, d->quota[i].area), digest_add_u64(s, (uint64_t)d->quota[i].places);
  }
  const struct rule *const rules[] = {g->welfare, g->weight, g->persons, g->strata, g->psu};
  for (unsigned i = 0; i < 5; i++)
    if (!add_rule(l, s, rules[i])) return false;
  digest_add_u64(s, g->person_weight);
  digest_add_u64(s, g->domain_count);
  for (uint32_t i = 0; i < g->domain_count; i++) digest_add_u64(s, g->domain_fields[i]->level), digest_add_str(s, g->domains[i]);
  return true;
}

/* Nothing at all where nothing is monitored: programmes without it keep the hash they had. */
static bool add_monitor(struct loader *l, struct digest_stream *s) {
  const struct monitor *m = &l->p->monitor;
  if (!m->there) return true;
  digest_add_str(s, "monitor");
  digest_add_u64(s, m->line), digest_add_u64(s, (uint64_t)m->days | (uint64_t)m->notice << 32);
  const struct field *fields[] = {m->kind, m->risk, m->clue, m->clue_on, m->decided_on};
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) digest_add_str(s, fields[i] ? fields[i]->name : NULL);
  digest_add_str(s, m->none);
  return add_named(l, s, m->kinds, m->kind_count) && add_named(l, s, m->clear, m->clear_count);
}

static void add_range(struct digest_stream *s, struct range r) { add_f64(s, r.low), add_f64(s, r.mid), add_f64(s, r.high); }

static void add_area(const struct programme *p, struct digest_stream *s, uint32_t area) { digest_add_str(s, area == PLANNING_EVERYWHERE ? "*" : p->areas[area].code); }

static bool add_measure(struct loader *l, struct digest_stream *s, const struct measure *m) {
  digest_add_str(s, m->name), digest_add_str(s, m->group);
  digest_add_u64(s, (uint64_t)m->project | (uint64_t)m->option << 8 | (uint64_t)m->village << 16 | (uint64_t)m->unlimited << 17 | (uint64_t)m->asset << 18 | (uint64_t)m->effect << 24);
  digest_add_u64(s, m->answers), digest_add_u64(s, m->needs), digest_add_u64(s, m->settles), digest_add_u64(s, m->product), digest_add_u64(s, m->from_year), digest_add_u64(s, m->lasts);
  add_f64(s, m->upkeep), add_range(s, m->cost_range), add_range(s, m->income), add_f64(s, m->success), add_f64(s, m->labour), add_f64(s, m->land), add_f64(s, m->payment), add_f64(s, m->household_share);
  digest_add_u64(s, m->capacity_count);
  for (uint32_t i = 0; i < m->capacity_count; i++) add_area(l->p, s, m->capacities[i].area), digest_add_u64(s, (uint64_t)m->capacities[i].units);
  return add_rule(l, s, m->eligible) && add_rule(l, s, m->quantity) && add_rule(l, s, m->reaches);
}

static bool add_product(struct loader *l, struct digest_stream *s, const struct product *x) {
  digest_add_str(s, x->name);
  digest_add_u64(s, x->yield_count), digest_add_u64(s, x->bears_from), digest_add_u64(s, x->tier_count), digest_add_u64(s, x->grower_count);
  for (uint32_t i = 0; i < x->yield_count; i++) add_f64(s, x->yield[i]);
  for (uint32_t i = 0; i < x->tier_count; i++) add_f64(s, x->tiers[i]);
  add_range(s, x->yield_range), add_range(s, x->price);
  const double numbers[] = {x->survival, x->alternate, x->cost_mu, x->elasticity, x->per_day, x->stressed_per_day, x->season_days, x->storage_days, x->most_farmland, x->most_households};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) add_f64(s, numbers[i]);
  for (uint32_t i = 0; i < x->grower_count; i++) add_area(l->p, s, x->growers[i].area), add_f64(s, x->growers[i].mu), digest_add_u64(s, x->growers[i].age | (uint64_t)x->growers[i].neighbours << 32);
  return add_rule(l, s, x->suitable) && add_rule(l, s, x->allowed) && add_rule(l, s, x->grown);
}

/* Nothing at all where there is no plan: programmes without one keep the hash they had. */
static bool add_planning(struct loader *l, struct digest_stream *s) {
  const struct programme *p = l->p;
  const struct planning *g = &p->planning;
  const struct planning_settings *t = &g->settings;
  if (!g->there && !g->constraint_count && !g->fund_count && !g->guarantee_count && !g->product_count) return true;
  digest_add_str(s, "planning");
  digest_add_u64(s, t->horizon | (uint64_t)t->line << 8 | (uint64_t)t->objective << 40 | (uint64_t)t->most << 48), digest_add_u64(s, t->seed);
  add_f64(s, t->discount), add_f64(s, t->bottom), add_f64(s, t->change_penalty), add_f64(s, t->village_floor);
  if (!add_rule(l, s, t->who) || !add_rule(l, s, t->labour) || !add_rule(l, s, t->land)) return false;
  digest_add_u64(s, g->constraint_count);
  for (uint32_t i = 0; i < g->constraint_count; i++) {
    digest_add_str(s, g->constraints[i].name);
    if (!add_rule(l, s, g->constraints[i].rule)) return false;
  }
  digest_add_u64(s, g->fund_count);
  for (uint32_t i = 0; i < g->fund_count; i++) {
    const struct fund *f = &g->funds[i];
    digest_add_str(s, f->name), digest_add_u64(s, (uint64_t)f->year), add_area(p, s, f->area), add_f64(s, f->amount), add_f64(s, f->carry_over);
    digest_add_u64(s, f->pays), digest_add_u64(s, f->pays_guarantees | (uint64_t)f->option << 32);
  }
  digest_add_u64(s, g->guarantee_count);
  for (uint32_t i = 0; i < g->guarantee_count; i++) {
    const struct guarantee *x = &g->guarantees[i];
    digest_add_str(s, x->name), digest_add_u64(s, x->settles | (uint64_t)x->owed_by << 32), digest_add_u64(s, x->owed | (uint64_t)x->income << 1);
    if (!add_rule(l, s, x->rule) || !add_rule(l, s, x->amount)) return false;
  }
  digest_add_u64(s, g->measure_count);
  for (uint32_t i = 0; i < g->measure_count; i++)
    if (!add_measure(l, s, &g->measures[i])) return false;
  digest_add_u64(s, g->product_count);
  for (uint32_t i = 0; i < g->product_count; i++)
    if (!add_product(l, s, &g->products[i])) return false;
  return true;
}

bool hash_build(struct loader *l) {
  struct programme *p = l->p;
  struct digest_stream s;
  if (!digest_open(&s)) return false;
  digest_add_str(&s, "lucid rules 1");
  digest_add_str(&s, p->currency);
  digest_add_u64(&s, p->currency_decimals);
  bool fine = add_codebook(l, &s);
  if (fine) add_areas_and_lines(p, &s);
  fine = fine && add_decisions(l, &s) && add_monitor(l, &s) && add_planning(l, &s);
  if (p->inherited) { /* a drill and what is confirmed give decisions under different hashes */
    digest_add_str(&s, "inherited"), digest_add_str(&s, p->inherited->from), digest_add_u64(&s, p->drill);
    digest_add_u64(&s, p->inherited->count);
    for (uint32_t i = 0; i < p->inherited->count; i++) digest_add_str(&s, p->inherited->items[i].item);
  }
  if (!digest_close(&s, &p->rules_hash) || !fine || !digest_open(&s)) return false;
  digest_add_str(&s, "lucid source 1");
  for (uint32_t i = 0; i < p->file_count; i++) {
    digest_add_str(&s, p->files[i].name);
    digest_add_u64(&s, p->files[i].len);
    digest_add(&s, p->files[i].data, p->files[i].len);
  }
  return digest_close(&s, &p->source_hash);
}
