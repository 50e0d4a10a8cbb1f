#include "identify/tally.h"

#include <stdlib.h>
#include <string.h>

static void count(const struct sample *s, uint64_t i, struct counts *c) {
  c->households++;
  c->persons += (uint64_t)s->persons[i];
  c->weighted_households += s->weight[i];
  c->weighted_persons += s->person_weight[i];
}

static void reason_name(const struct programme *p, enum reason_kind kind, uint32_t i, struct reason *out) {
  const struct identify *id = &p->identify;
  out->kind = kind;
  if (kind == REASON_INDICATOR) {
    out->name = p->indicators[i].name;
    out->label = p->indicators[i].label;
    out->source = rule_source(p->indicators[i].rule);
    return;
  }
  const struct named_rule *r = kind == REASON_INCLUDE ? &id->include[i] : kind == REASON_EXCLUDE ? &id->exclude[i] : &id->causes[i];
  out->name = r->name;
  out->label = r->label;
  out->source = r->source;
}

enum status tally_reasons(struct arena *a, const struct programme *p, const struct sample *s, const struct decisions *d, const struct decide_report *report,
                          struct identify_result *r, struct err *e) {
  const uint32_t counts[] = {p->identify.include_count, p->identify.exclude_count, p->identify.cause_count, p->indicator_count};
  static const enum reason_kind kinds[] = {REASON_INCLUDE, REASON_EXCLUDE, REASON_CAUSE, REASON_INDICATOR};
  uint32_t total = counts[0] + counts[1] + counts[2] + counts[3], first[4];
  ARENA_TRY(e, r->reasons = arena_array(a, total ? total : 1, sizeof *r->reasons));
  for (uint32_t k = 0; k < 4; k++) {
    first[k] = r->reason_count;
    for (uint32_t i = 0; i < counts[k]; i++) reason_name(p, kinds[k], i, &r->reasons[r->reason_count++]);
  }
  for (uint32_t g = 0; g < d->set_count; g++) {
    const struct decision_set *set = &d->sets[g];
    for (uint64_t h = 0; h < set->rows; h++) {
      const uint64_t held[] = {mask_at(&set->include, h), mask_at(&set->exclude, h), mask_at(&set->cause, h), mask_at(&set->deprived, h)};
      const uint64_t unknown[] = {mask_at(&set->include_unknown, h), mask_at(&set->exclude_unknown, h), mask_at(&set->cause_unknown, h), mask_at(&set->deprived_unknown, h)};
      const bool qualified = set->outcome[h] == OUTCOME_SELECTED || set->outcome[h] == OUTCOME_NO_PLACE;
      for (uint32_t k = 0; k < 4; k++) {
        for (uint64_t bits = held[k]; bits; bits &= bits - 1) {
          struct reason *x = &r->reasons[first[k] + (uint32_t)__builtin_ctzll(bits)];
          count(s, s->first[g] + h, &x->held);
          if (qualified) count(s, s->first[g] + h, &x->among_qualified);
        }
        for (uint64_t bits = unknown[k]; bits; bits &= bits - 1) count(s, s->first[g] + h, &r->reasons[first[k] + (uint32_t)__builtin_ctzll(bits)].unknown);
      }
    }
  }
  for (uint64_t i = 0; i < report->error_count; i++) {
    const struct decide_error *x = &report->errors[i];
    for (uint32_t k = 0; k < 4; k++)
      if (kinds[k] == x->kind) count(s, s->first[x->set] + x->household, &r->reasons[first[k] + x->rule].errors);
  }
  return OK;
}

static int most_first(const void *pa, const void *pb) {
  const struct missing_field *a = pa, *b = pb;
  if (a->undecided.households != b->undecided.households) return a->undecided.households > b->undecided.households ? -1 : 1;
  if (a->level != b->level) return a->level < b->level ? -1 : 1;
  return (a->field > b->field) - (a->field < b->field);
}

enum status tally_missing(struct arena *a, const struct programme *p, const struct sample *s, const struct decisions *d, struct identify_result *r, struct err *e) {
  uint32_t slots = 0, first[LEVEL_MAX + 1];
  for (uint32_t l = 0; l < p->level_count; l++) {
    first[l] = slots;
    slots += p->levels[l].field_count + 1; /* the last one: the list itself was not taken */
  }
  struct missing_field *all;
  uint64_t *last; /* household + 1 that counted here last: a household with three members' ages missing is one household */
  ARENA_TRY(e, all = arena_array(a, slots ? slots : 1, sizeof *all));
  ARENA_TRY(e, last = arena_array(a, slots ? slots : 1, sizeof *last));
  for (uint32_t g = 0; g < d->set_count; g++)
    for (uint64_t k = 0; k < d->sets[g].missing_count; k++) {
      const struct decision_missing *m = &d->sets[g].missing[k];
      if (m->level >= p->level_count) continue;
      uint32_t field = m->field < p->levels[m->level].field_count ? m->field : p->levels[m->level].field_count;
      uint32_t slot = first[m->level] + field;
      all[slot].cells[m->why]++;
      uint64_t i = s->first[g] + m->household;
      if (last[slot] == i + 1) continue;
      last[slot] = i + 1;
      count(s, i, &all[slot].undecided);
    }
  uint32_t n = 0;
  for (uint32_t l = 0; l < p->level_count; l++)
    for (uint32_t f = 0; f <= p->levels[l].field_count; f++) {
      struct missing_field x = all[first[l] + f];
      if (!x.undecided.households) continue;
      x.level = l;
      x.field = f < p->levels[l].field_count ? f : UINT32_MAX;
      x.name = x.field == UINT32_MAX ? p->levels[l].name : p->levels[l].fields[f].name;
      x.label = x.field == UINT32_MAX ? p->levels[l].label : p->levels[l].fields[f].label;
      x.level_name = p->levels[l].name;
      all[n++] = x; /* n never passes the slot read: slots are dense */
    }
  if (n) qsort(all, n, sizeof *all, most_first);
  r->missing = all;
  r->missing_count = n;
  return OK;
}
