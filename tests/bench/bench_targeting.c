/* Is the plan better than what offices do without one? Against poorest-first, equal per head, last year's plan and a random one, on a truth that the planner did
 * not see: true incomes (synth makes them apart from the register) and true effects, yields and prices, drawn anew each time.
 *
 * All have the same limits, lists of bundles and open tiers. Poorest-first: households by recorded income, each the bundle worth most to it that still fits.
 * Equal per head: each household may spend its share of the year's money, and takes what is worth most within it. Last year's: the plan made from incomes of which
 * two thirds of households' moved by a fifth. Random: households and bundles by lot. Works, for all four, by lot with what is left.
 * What is said: the true fall in each measure of poverty, the plan's as a ratio to each rival's, in how many of the draws the plan wins, and where it loses.
 * usage: bench_targeting [--scale X] [--draws N] */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "column/snapshot.h"
#include "plan/plan.h"
#include "plan/trial.h"

static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "bench_targeting: %s HINT: %s\n", err.message, err.hint);
  exit(1);
}

__attribute__((format(printf, 1, 2))) static void run(const char *fmt, ...) {
  char command[4096];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(command, sizeof command, fmt, ap);
  va_end(ap);
  if (system(command) != 0) fprintf(stderr, "bench_targeting: failed: %s\n", command), exit(1);
}

/* ---- who they are, in truth ---- */

static double *read_truth(struct arena *a, const char *path, const struct people *q) {
  double *truth = arena_copy(a, q->welfare, (size_t)q->count * sizeof *truth);
  struct map index;
  map_init(&index, a);
  for (uint32_t h = 0; h < q->count; h++) {
    const struct span key = column_cell(&q->segments[q->segment[h]]->household_key, q->row[h]).s;
    uint32_t at;
    if (!map_put(&index, key.at, key.len, &at, NULL)) exit(1);
  }
  FILE *f = fopen(path, "r");
  char line[512];
  uint32_t found = 0;
  if (!f) fprintf(stderr, "%s is not there\n", path), exit(1);
  while (fgets(line, sizeof line, f)) { /* household,village,persons,line,true_income,... */
    char *at = strchr(line, ',');
    if (!at) continue;
    const uint32_t h = map_get(&index, line, (size_t)(at - line));
    for (int k = 0; k < 3 && at; k++) at = strchr(at + 1, ',');
    if (h != MAP_NONE && at) truth[h] = strtod(at + 1, NULL), found++;
  }
  fclose(f);
  printf("%u of %u households have a true income\n", found, q->count);
  return truth;
}

/* ---- rivals ---- */

struct rival { const char *name; uint8_t *taken, *bundle; };
struct filling { const struct plan *p; int64_t *left; struct rival *r; };

static bool take(struct filling *f, uint32_t v, uint32_t from, uint32_t count, int64_t quantity) {
  const struct plan_model *m = &f->p->built.model;
  for (uint32_t u = from; u < from + count; u++) {
    const uint32_t k = plan_use_resource(m, &m->uses[u], v);
    if (k == PLAN_NONE || !f->p->solved.plan.open[k] || f->left[k] < quantity * m->uses[u].amount) return false;
  }
  for (uint32_t u = from; u < from + count; u++) f->left[plan_use_resource(m, &m->uses[u], v)] -= quantity * m->uses[u].amount;
  return true;
}

/* First-year cost of an item, in currency units. */
static double cost_of(const struct plan *p, const struct plan_item *x) {
  uint32_t quantity = x->quantity;
  const struct bundle b = bundle_read(p->built.bundles[x->column]);
  double sum = 0;
  for (uint32_t i = 0; i < b.count; i++) sum += p->people->planning->measures[b.parts[i].measure].cost * (b.parts[i].quantity ? b.parts[i].quantity * quantity : quantity);
  return sum;
}

static void one_household(struct filling *f, uint32_t h, double most, bool by_lot, struct rng *r) {
  const struct plan_model *m = &f->p->built.model;
  const uint32_t v = f->p->people->village[h], n = (uint32_t)(m->item_at[h + 1] - m->item_at[h]);
  bool tried[PLAN_ITEMS] = {false};
  for (uint32_t k = 0; k < n; k++) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++)
      if (!tried[i] && (best == UINT32_MAX || (!by_lot && m->items[m->item_at[h] + i].value > m->items[m->item_at[h] + best].value))) best = i;
    if (by_lot) do best = (uint32_t)rng_below(r, n); while (tried[best]);
    tried[best] = true;
    const struct plan_item *x = &m->items[m->item_at[h] + best];
    const struct plan_column *c = &m->columns[x->column];
    if (cost_of(f->p, x) > most || c->needs & ~f->r->bundle[v] || !take(f, v, c->use_from, c->use_count, x->quantity)) continue;
    f->r->taken[(size_t)h * m->most] = (uint8_t)(best + 1);
    return;
  }
}

static void works_by_lot(struct filling *f, struct rng *r) {
  const struct plan_model *m = &f->p->built.model;
  const uint32_t slots = f->p->built.work_count, all = m->village_count * slots;
  for (uint32_t k = 0; k < 2 * all; k++) {
    const uint32_t i = (uint32_t)rng_below(r, all), v = i / slots, w = i % slots;
    const struct plan_work *x = &m->works[m->work_at[v] + w];
    if (f->r->bundle[v] >> w & 1 || x->needs & ~f->r->bundle[v] || !take(f, v, x->use_from, x->use_count, 1)) continue;
    f->r->bundle[v] |= (uint8_t)(1u << w);
  }
}

static const double *order_by;
static int poorer(const void *x, const void *y) {
  const uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  if (order_by[a] != order_by[b]) return order_by[a] < order_by[b] ? -1 : 1;
  return (a > b) - (a < b);
}

enum { POOREST, EQUAL, LAST, LOT, RIVALS };

static void make_rival(struct arena *a, const struct plan *p, int kind, struct rival *out) {
  const struct plan_model *m = &p->built.model;
  const struct people *q = p->people;
  struct rng r;
  struct filling f = {p, arena_array(a, m->resource_count + 1u, sizeof *f.left), out};
  uint32_t *order = arena_array(a, q->count + 1u, sizeof *order);
  double money = 0, persons = 0;
  rng_seed(&r, 77 + (uint64_t)kind);
  out->taken = arena_array(a, (size_t)q->count * m->most + 1u, 1), out->bundle = arena_array(a, m->village_count + 1u, 1);
  for (uint32_t v = 0; v < m->village_count; v++) out->bundle[v] = p->built.work_there[v];
  for (uint32_t k = 0; k < m->resource_count; k++) f.left[k] = m->resources[k].limit;
  for (uint32_t i = 0; i < q->count; i++) order[i] = i, persons += q->persons[i];
  for (uint32_t f2 = 0; f2 < q->planning->fund_count; f2++) money += q->planning->funds[f2].year == p->year ? q->planning->funds[f2].amount : 0;
  order_by = q->welfare;
  if (kind == POOREST) qsort(order, q->count, sizeof *order, poorer);
  else
    for (uint32_t i = q->count; i > 1; i--) {
      const uint32_t j = (uint32_t)rng_below(&r, i), swap = order[i - 1];
      order[i - 1] = order[j], order[j] = swap;
    }
  for (uint32_t i = 0; i < q->count; i++) one_household(&f, order[i], kind == EQUAL ? money * q->persons[order[i]] / persons : INFINITY, kind == LOT, &r);
  works_by_lot(&f, &r);
}

/* The plan of a year ago: two thirds of the households then had another income. */
static void last_years(struct arena *a, const struct people *q, const double *weights, int32_t year, struct pool *pool, struct rival *out, const struct plan *now) {
  struct people then = *q;
  struct plan *p = arena_new(a, struct plan);
  struct rng r;
  rng_seed(&r, 5);
  then.welfare = arena_copy(a, q->welfare, (size_t)q->count * sizeof *then.welfare);
  for (uint32_t h = 0; h < q->count; h++)
    if (rng_below(&r, 3)) then.welfare[h] *= exp(0.2 * rng_normal(&r));
  must(plan_make(a, &(struct plan_input){.people = &then, .weights = weights, .year = year, .pool = pool}, p, &err));
  /* its bundles by name in today's lists: what is not on offer any more is not given */
  const struct plan_model *m = &now->built.model;
  struct filling f = {now, arena_array(a, m->resource_count + 1u, sizeof *f.left), out};
  out->taken = arena_array(a, (size_t)q->count * m->most + 1u, 1), out->bundle = arena_array(a, m->village_count + 1u, 1);
  for (uint32_t k = 0; k < m->resource_count; k++) f.left[k] = m->resources[k].limit;
  for (uint32_t v = 0; v < m->village_count; v++) {
    out->bundle[v] = now->built.work_there[v];
    for (uint32_t w = 0; w < now->built.work_count; w++) {
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      if (p->solved.plan.bundle[v] >> w & 1 && !(out->bundle[v] >> w & 1) && take(&f, v, x->use_from, x->use_count, 1)) out->bundle[v] |= (uint8_t)(1u << w);
    }
  }
  for (uint32_t h = 0; h < q->count; h++) {
    const uint8_t t = p->solved.plan.taken[(size_t)h * m->most];
    if (!t) continue;
    const struct plan_item *was = &p->built.model.items[p->built.model.item_at[h] + t - 1u];
    for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++)
      if (now->built.bundles[m->items[i].column] == p->built.bundles[was->column] && m->items[i].quantity == was->quantity && !(m->columns[m->items[i].column].needs & ~out->bundle[q->village[h]]) &&
          take(&f, q->village[h], m->columns[m->items[i].column].use_from, m->columns[m->items[i].column].use_count, was->quantity))
        out->taken[(size_t)h * m->most] = (uint8_t)(i - m->item_at[h] + 1);
  }
}

int main(int argc, char **argv) {
  double scale = 0.02;
  int draws = 30;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "--scale")) scale = strtod(argv[i + 1], NULL);
    else if (!strcmp(argv[i], "--draws")) draws = atoi(argv[i + 1]);
  }
  if (!(scale > 0) || draws < 1) return fprintf(stderr, "usage: bench_targeting [--scale X] [--draws N]\n"), 2;
  const char *lucid = getenv("LUCID") ? getenv("LUCID") : "build/lucid";
  char folder[] = "/tmp/lucid-bench-XXXXXX", path[300];
  if (!mkdtemp(folder)) return perror(folder), 1;
  run("'%s' synth programmes/xiangxi --seed 3 --scale %g --out '%s/made' --quiet >/dev/null && '%s' init programmes/xiangxi '%s/x.lucid' --quiet >/dev/null && '%s' round open '%s/x.lucid' 2016 --year 2016 --quiet >/dev/null && '%s' import '%s/x.lucid' --data '%s/made/2016' --quiet >/dev/null && '%s' round close '%s/x.lucid' 2016 --quiet >/dev/null", lucid, scale, folder, lucid, folder, lucid, folder, lucid, folder, folder, lucid, folder);
  run("ln -s \"$(dirname '%s'/x.snapshots/*/manifest.json)\" '%s/snapshot'", folder, folder);
  struct arena a;
  struct programme *g;
  struct problem *problems;
  struct snapshot *s;
  struct pool *pool;
  struct identified decided;
  struct people q;
  struct plan plan;
  arena_init(&a, 0);
  must(pool_open(&pool, 0, &err));
  must(programme_load(&a, "programmes/xiangxi", &g, &problems, &err));
  snprintf(path, sizeof path, "%s/snapshot", folder);
  must(snapshot_open_folder(path, NULL, pool, &s, &err));
  const uint32_t count = snapshot_segment_count(s);
  const struct segment **segments = arena_array(&a, count, sizeof *segments);
  for (uint32_t i = 0; i < count; i++) segments[i] = snapshot_segment(s, i);
  must(identify_run(&a, &(struct identify_input){.programme = g, .segments = segments, .segment_count = count, .round = "2016", .year = 2016, .snapshot = snapshot_hash_hex(s), .pool = pool, .decisions_only = true}, &decided, &err));
  /* the made-up place is a part of the prefecture, and its money that part too: half of it, so that it binds */
  struct fund *funds = arena_copy(&a, g->planning.funds, g->planning.fund_count * sizeof *funds);
  for (uint32_t f = 0; f < g->planning.fund_count; f++) funds[f].amount *= 0.5 * scale;
  struct planning planning = g->planning;
  planning.funds = funds;
  must(people_read(&a, g, &planning, NULL, 0, segments, count, &decided, &q, &err));
  snprintf(path, sizeof path, "%s/made/truth-2016.csv", folder);
  double *truth = read_truth(&a, path, &q), *recorded = q.welfare;
  must(plan_make(&a, &(struct plan_input){.people = &q, .weights = decided.decisions->weights, .year = 2016, .pool = pool}, &plan, &err));
  struct rival rivals[RIVALS] = {{"poorest first", NULL, NULL}, {"equal per head", NULL, NULL}, {"last year's plan", NULL, NULL}, {"by lot", NULL, NULL}};
  for (int k = 0; k < RIVALS; k++)
    if (k == LAST) last_years(&a, &q, decided.decisions->weights, 2016, pool, &rivals[k], &plan);
    else make_rival(&a, &plan, k, &rivals[k]);
  double mine[OBJECTIVE_COUNT] = {0}, theirs[RIVALS][OBJECTIVE_COUNT] = {{0}};
  int wins[RIVALS][OBJECTIVE_COUNT] = {{0}};
  struct trial t;
  must(trial_open(&plan, q.count + 1, &t, &err));
  const struct assignment chosen = plan.solved.plan;
  q.welfare = truth;
  for (int d = 0; d < draws; d++) {
    struct trial_values v;
    struct rng r;
    rng_seed(&r, 1000 + (uint64_t)d);
    trial_draw(&plan, &r, 0, &v);
    trial_set(&t, &v);
    const struct worth w = trial_plan(&t, &v);
    for (int o = 0; o < OBJECTIVE_COUNT; o++) mine[o] += w.of[o] / draws;
    for (int k = 0; k < RIVALS; k++) {
      plan.solved.plan.taken = rivals[k].taken, plan.solved.plan.bundle = rivals[k].bundle;
      const struct worth x = trial_plan(&t, &v);
      for (int o = 0; o < OBJECTIVE_COUNT; o++) theirs[k][o] += x.of[o] / draws, wins[k][o] += w.of[o] > x.of[o];
    }
    plan.solved.plan = chosen;
  }
  q.welfare = recorded;
  printf("%u households, %u villages, the plan within %.3f %% of its bound; true fall in person-years, means of %d draws; in brackets: draws in which the plan is better\n", q.count, q.village_count, 100 * plan.certified.gap, draws);
  printf("%-18s %12s %12s %12s %12s\n", "", "FGT2", "FGT1", "FGT0", "M0");
  printf("%-18s", "the plan");
  for (int o = 0; o < OBJECTIVE_COUNT; o++) printf(" %12.1f", mine[o]);
  double best = 0;
  for (int k = 0; k < RIVALS; k++) {
    printf("\n%-18s", rivals[k].name);
    for (int o = 0; o < OBJECTIVE_COUNT; o++) printf(" %6.2fx (%2d)", theirs[k][o] > 0 ? mine[o] / theirs[k][o] : INFINITY, wins[k][o]);
    if (theirs[k][OBJECTIVE_FGT2] > best) best = theirs[k][OBJECTIVE_FGT2];
  }
  printf("\nratio to the best rival, FGT2: %.3f\n", best > 0 ? mine[OBJECTIVE_FGT2] / best : INFINITY);
  for (int k = 0; k < RIVALS; k++)
    for (int o = 0; o < OBJECTIVE_COUNT; o++)
      if (theirs[k][o] > mine[o]) printf("the plan loses to \"%s\" in %s: %.1f against %.1f\n", rivals[k].name, objective_word((enum objective)o), mine[o], theirs[k][o]);
  trial_close(&t);
  snapshot_close(s);
  pool_close(pool);
  arena_drop(&a);
  run("rm -rf '%s'", folder);
  return 0;
}
