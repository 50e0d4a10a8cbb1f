/* How fast a plan is found, how near the best possible it is, and how CBC does on the same problem.
 *
 * usage: bench_plan [--bundles] [--households N] [--markets N] [--works N] [--apart] [--no-cbc]
 * First the planner on N households (default 1,000,000) with 10 items each, 100 funds and capacities, 20 markets of 5 tiers; last line: its gap.
 * Then CBC on smaller problems of the same kind, when it is installed (`cbc` reads an LP file written here): its best plan in ten times the planner's
 * time (at least 2 s; reading the file not counted by it), if it finds one. CBC is a peer for this benchmark only; the program does not link it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../unit/plan/country.h"
#include "plan/solve.h"

static struct err err;

static void must(enum status s) {
  if (s == OK) return;
  fprintf(stderr, "%s HINT: %s\n", err.message, err.hint);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double core(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

struct outcome { double seconds, core, gap; int64_t value, bound; unsigned passes; };

static struct outcome plan(const struct plan_model *m, struct pool *pool) {
  struct arena a;
  arena_init(&a, 0);
  struct solved s;
  struct certified c;
  double t = now(), used = core();
  must(solve(&a, m, pool, NULL, &s, &err));
  t = now() - t, used = core() - used;
  must(certificate_check(m, &s.plan, s.prices, &c, &err));
  if (c.value != s.plan.value || c.bound != s.bound) fprintf(stderr, "the certificate does not agree\n"), exit(1);
  struct outcome o = {t, used, c.gap, c.value, c.bound, s.passes};
  arena_drop(&a);
  return o;
}

static void write_lp(const struct plan_model *m, FILE *f) {
  fprintf(f, "Maximize\n obj:");
  for (uint32_t h = 0; h < plan_households(m); h++)
    for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) fprintf(f, " + %d x%" PRIu64 "\n", m->items[i].value, i);
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE) fprintf(f, " - %" PRId64 " z%u\n", m->resources[k].loss, k);
  fprintf(f, "Subject To\n");
  FILE **rows = calloc(m->resource_count, sizeof *rows);
  char **text = calloc(m->resource_count, sizeof *text);
  size_t *len = calloc(m->resource_count, sizeof *len);
  for (uint32_t k = 0; k < m->resource_count; k++) rows[k] = open_memstream(&text[k], &len[k]);
  uint32_t v = 0;
  for (uint32_t h = 0; h < plan_households(m); h++) {
    while (m->household_at[v + 1] <= h) v++;
    fprintf(f, " m%u:", h);
    for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) {
      const struct plan_column *c = &m->columns[m->items[i].column];
      fprintf(f, " + x%" PRIu64, i);
      for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++)
        fprintf(rows[plan_use_resource(m, &m->uses[u], v)], " + %" PRId64 " x%" PRIu64 "\n", m->uses[u].amount * m->items[i].quantity, i);
    }
    fprintf(f, " <= %u\n", m->most);
    for (uint64_t i = m->item_at[h], j; i < m->item_at[h + 1]; i = j) {
      unsigned g = m->columns[m->items[i].column].group;
      for (j = i + 1; j < m->item_at[h + 1] && m->columns[m->items[j].column].group == g; j++) {}
      if (!g || j == i + 1) continue;
      fprintf(f, " g%u_%u:", h, g);
      for (uint64_t k = i; k < j; k++) fprintf(f, " + x%" PRIu64, k);
      fprintf(f, " <= 1\n");
    }
  }
  for (uint32_t k = 0; k < m->resource_count; k++) {
    fclose(rows[k]);
    if (len[k] && m->resources[k].market == PLAN_NONE) fprintf(f, " r%u: %s <= %" PRId64 "\n", k, text[k], m->resources[k].limit);
    else if (len[k]) fprintf(f, " r%u: %s - %" PRId64 " z%u <= 0\n", k, text[k], m->resources[k].limit, k);
    free(text[k]);
  }
  free(rows), free(text), free(len);
  for (uint32_t x = 0; x < m->market_count; x++) {
    fprintf(f, " k%u:", x);
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (m->resources[k].market == x) fprintf(f, " + z%u", k);
    fprintf(f, " <= 1\n");
  }
  fprintf(f, "Binary\n");
  for (uint64_t i = 0; i < m->item_at[plan_households(m)]; i++) fprintf(f, " x%" PRIu64 "\n", i);
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE) fprintf(f, " z%u\n", k);
  fprintf(f, "End\n");
}

/* CBC's best value within `seconds`; -1 when it found none. */
static double cbc(const struct plan_model *m, double seconds, double *took) {
  char lp[] = "/tmp/bench-plan-XXXXXX", sol[64], command[256];
  int fd = mkstemp(lp);
  FILE *f = fdopen(fd, "w");
  write_lp(m, f);
  fclose(f);
  char with[80];
  snprintf(with, sizeof with, "%s.lp", lp);
  if (rename(lp, with) != 0) exit(1);
  snprintf(sol, sizeof sol, "%s.sol", lp);
  snprintf(command, sizeof command, "cbc %s sec %.1f ratio 0 solve solution %s >/dev/null 2>&1", with, seconds, sol);
  *took = now();
  int rc = system(command);
  *took = now() - *took;
  double best = -1;
  f = fopen(sol, "r");
  if (rc == 0 && f) {
    char line[256];
    const char *at;
    if (fgets(line, sizeof line, f) && !strstr(line, "no integer solution") && !strstr(line, "nfeasible") && (at = strstr(line, "objective value"))) best = fabs(strtod(at + 15, NULL));
  }
  if (f) fclose(f);
  unlink(with), unlink(sol);
  return best;
}

int main(int argc, char **argv) {
  struct country_size big = {.households = 1000000, .villages = 2000, .funds = 40, .capacities = 60, .markets = 20, .tiers = 5, .measures = 10, .most = 2, .items = 10, .money = 0.15};
  bool peer = true, bundles = false;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--no-cbc")) peer = false;
    else if (i + 1 < argc && !strcmp(argv[i], "--households")) big.households = (uint32_t)strtoul(argv[++i], NULL, 10);
    else if (i + 1 < argc && !strcmp(argv[i], "--markets")) big.markets = (uint32_t)strtoul(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "--apart")) big.apart = true;
    else if (!strcmp(argv[i], "--bundles")) /* as programmes make them: a column is a bundle of measures */
      bundles = true, big = (struct country_size){.households = 180000, .funds = 40, .capacities = 2000, .markets = 8, .tiers = 6, .sells = 3, .measures = 3000, .most = 1, .works = 2, .free_works = 4, .items = 40, .money = 0.03};
    else if (i + 1 < argc && !strcmp(argv[i], "--works")) big.works = (uint32_t)strtoul(argv[++i], NULL, 10);
    else return fprintf(stderr, "usage: bench_plan [--bundles] [--households N] [--markets N] [--works N] [--apart] [--no-cbc]\n"), 2;
  }
  big.villages = big.households / (bundles ? 100 : 500) + 1;
  struct pool *pool;
  must(pool_open(&pool, 0, &err));
  if (peer && system("command -v cbc >/dev/null 2>&1") != 0) {
    printf("CBC is not installed (Debian package coinor-cbc): its part is left out\n");
    peer = false;
  }
  if (peer) printf("%10s %10s %8s %12s %12s %10s %10s\n", "households", "planner s", "gap %", "worth", "CBC's", "CBC s", "CBC/ours");
  for (uint32_t n = 2000; peer && n <= 50000; n *= 5) {
    struct country_size z = big;
    z.households = n, z.villages = n / 100, z.funds = 10, z.capacities = 10, z.markets = 4;
    struct country c = country_make(&z, 7);
    struct outcome o = plan(&c.m, pool);
    double took, best = cbc(&c.m, o.seconds * 10 > 2 ? o.seconds * 10 : 2, &took);
    char theirs[32] = "no plan";
    if (best >= 0) snprintf(theirs, sizeof theirs, "%.0f", best);
    printf("%10u %10.2f %8.4f %12" PRId64 " %12s %10.2f %10.1f\n", n, o.seconds, 100 * o.gap, o.value, theirs, took, took / o.seconds);
    fflush(stdout);
    country_free(&c);
  }
  struct country c = country_make(&big, 7);
  struct outcome o = plan(&c.m, pool);
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("%u households, %" PRIu64 " items, %u resources, %u markets: %.2f s on %u threads (%.2f s of core time), %u passes over all, %ld MB\n", big.households, c.m.item_at[big.households], c.m.resource_count,
         c.m.market_count, o.seconds, pool_threads(pool), o.core, o.passes, u.ru_maxrss / 1024);
  printf("value %" PRId64 ", bound %" PRId64 "\ngap %.4f %%\n", o.value, o.bound, 100 * o.gap);
  country_free(&c);
  pool_close(pool);
  return 0;
}
