/* How fast a plan is found, how near the best possible it is, and how CBC does on the same problem.
 *
 * usage: bench_plan [--bundles] [--households N] [--markets N] [--works N] [--apart] [--no-cbc] [--no-check]
 * First CBC, when it is installed, beside the planner on 2,000 to 50,000 households without markets and with four: its best plan in fifty times the
 * planner's time (at least 10 s; it reads the file before its clock starts), if it finds one. CBC is a peer for this benchmark only; the program does not link it.
 * Then the planner on N households (default 1,000,000) with 10 items each, 100 funds and capacities, 20 markets of 5 tiers; last line: its gap. --bundles: as
 * programmes make them, 180,000 households with bundles of measures and works in every village. --no-check: the certificate is not checked anew. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../unit/plan/cbc.h"
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

static bool checking = true;

static struct outcome plan(const struct plan_model *m, struct pool *pool) {
  struct arena a;
  arena_init(&a, 0);
  struct solved s;
  struct certified c;
  double t = now(), used = core();
  must(solve(&a, m, pool, NULL, &s, &err));
  t = now() - t, used = core() - used;
  if (checking) must(certificate_check(m, &s.plan, s.prices, &c, &err));
  else c = (struct certified){s.plan.value, s.bound, s.gap};
  if (c.value != s.plan.value || c.bound != s.bound) fprintf(stderr, "the certificate does not agree\n"), exit(1);
  struct outcome o = {t, used, c.gap, c.value, c.bound, s.passes};
  arena_drop(&a);
  return o;
}

int main(int argc, char **argv) {
  struct country_size big = {.households = 1000000, .villages = 2000, .funds = 40, .capacities = 60, .markets = 20, .tiers = 5, .measures = 10, .most = 2, .items = 10, .money = 0.15};
  bool peer = true, bundles = false;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--no-cbc")) peer = false;
    else if (!strcmp(argv[i], "--no-check")) checking = false;
    else if (i + 1 < argc && !strcmp(argv[i], "--households")) big.households = (uint32_t)strtoul(argv[++i], NULL, 10);
    else if (i + 1 < argc && !strcmp(argv[i], "--markets")) big.markets = (uint32_t)strtoul(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "--apart")) big.apart = true;
    else if (!strcmp(argv[i], "--bundles")) /* as programmes make them: a column is a bundle of measures */
      bundles = true, big = (struct country_size){.households = 180000, .funds = 40, .capacities = 2000, .markets = 8, .tiers = 6, .sells = 3, .measures = 3000, .most = 1, .works = 2, .free_works = 4, .items = 40, .money = 0.03};
    else if (i + 1 < argc && !strcmp(argv[i], "--works")) big.works = (uint32_t)strtoul(argv[++i], NULL, 10);
    else return fprintf(stderr, "usage: bench_plan [--bundles] [--households N] [--markets N] [--works N] [--apart] [--no-cbc] [--no-check]\n"), 2;
  }
  big.villages = big.households / (bundles ? 100 : 500) + 1;
  struct pool *pool;
  must(pool_open(&pool, 0, &err));
  if (peer && !cbc_is_there()) {
    printf("CBC is not installed (Debian package coinor-cbc): its part is left out\n");
    peer = false;
  }
  static const uint32_t sizes[] = {2000, 5000, 10000, 20000, 50000};
  if (peer) printf("%10s %8s %10s %8s %13s %13s %8s %9s\n", "households", "markets", "planner s", "gap %", "value", "CBC's", "CBC s", "CBC/ours");
  for (unsigned i = 0; peer && i < 10; i++) {
    struct country_size z = big;
    z.households = sizes[i % 5], z.villages = z.households / 100, z.funds = 10, z.capacities = 10, z.markets = i < 5 ? 0 : 4;
    struct country c = country_make(&z, 7);
    struct outcome o = plan(&c.m, pool);
    bool optimal;
    double took = now();
    const double best = cbc_best(&c.m, o.seconds * 50 > 10 ? o.seconds * 50 : 10, &optimal);
    took = now() - took;
    char theirs[32] = "no plan";
    if (best >= 0) snprintf(theirs, sizeof theirs, "%.0f", best);
    printf("%10u %8u %10.2f %8.4f %13" PRId64 " %13s %8.2f %9.1f\n", z.households, z.markets, o.seconds, 100 * o.gap, o.value, theirs, took, took / o.seconds);
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
