/* CBC as a referee: a planning problem (floors apart) as an LP file, and the best plan that CBC finds. For tests and the benchmark; header only. */
#ifndef CBC_H
#define CBC_H

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/model.h"

static bool cbc_is_there(void) { return system("command -v cbc >/dev/null 2>&1") == 0; }

static void cbc_uses(const struct plan_model *m, uint32_t v, uint32_t from, uint32_t count, int64_t quantity, char kind, uint64_t index, FILE **rows) {
  for (uint32_t u = from; u < from + count; u++) {
    const uint32_t k = plan_use_resource(m, &m->uses[u], v);
    if (k != PLAN_NONE) fprintf(rows[k], " + %" PRId64 " %c%" PRIu64 "\n", m->uses[u].amount * quantity, kind, index);
  }
}

static bool cbc_to_be_had(const struct plan_model *m, uint32_t v, const struct plan_column *c) {
  for (uint32_t u = c->use_from; u < c->use_from + c->use_count; u++)
    if (plan_use_resource(m, &m->uses[u], v) == PLAN_NONE) return false;
  return !(c->needs >> plan_works_of(m, v));
}

static void cbc_household(const struct plan_model *m, uint32_t v, uint32_t h, FILE *f, FILE **rows) {
  fprintf(f, " m%u: 0 o", h);
  for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) fprintf(f, " + x%" PRIu64, i);
  fprintf(f, " <= %u\n", m->most);
  for (uint64_t i = m->item_at[h]; i < m->item_at[h + 1]; i++) {
    const struct plan_column *c = &m->columns[m->items[i].column];
    if (!cbc_to_be_had(m, v, c)) fprintf(f, " n%" PRIu64 ": x%" PRIu64 " <= 0\n", i, i);
    else cbc_uses(m, v, c->use_from, c->use_count, m->items[i].quantity, 'x', i, rows);
    for (unsigned w = 0; c->needs >> w && cbc_to_be_had(m, v, c); w++)
      if (c->needs >> w & 1) fprintf(f, " n%" PRIu64 "_%u: x%" PRIu64 " - w%u <= 0\n", i, w, i, m->work_at[v] + w);
  }
  for (uint64_t i = m->item_at[h], j; i < m->item_at[h + 1]; i = j) {
    const unsigned g = m->columns[m->items[i].column].group;
    for (j = i + 1; j < m->item_at[h + 1] && m->columns[m->items[j].column].group == g; j++) {}
    if (!g || j == i + 1) continue;
    fprintf(f, " g%u_%u:", h, g);
    for (uint64_t k = i; k < j; k++) fprintf(f, " + x%" PRIu64, k);
    fprintf(f, " <= 1\n");
  }
}

static void cbc_write(const struct plan_model *m, FILE *f) {
  const uint32_t works = m->work_at ? m->work_at[m->village_count] : 0;
  const uint64_t items = m->item_at[plan_households(m)];
  FILE **rows = calloc(m->resource_count + 1, sizeof *rows);
  char **text = calloc(m->resource_count + 1, sizeof *text);
  size_t *len = calloc(m->resource_count + 1, sizeof *len);
  fprintf(f, "Maximize\n obj: 0 o");
  for (uint64_t i = 0; i < items; i++) fprintf(f, " + %d x%" PRIu64 "\n", m->items[i].value, i);
  for (uint32_t w = 0; w < works; w++) fprintf(f, " + %" PRId64 " w%u\n", m->works[w].value, w);
  for (uint32_t k = 0; k < m->resource_count; k++) {
    rows[k] = open_memstream(&text[k], &len[k]);
    if (m->resources[k].market != PLAN_NONE) fprintf(f, " - %" PRId64 " z%u\n", m->resources[k].loss, k);
  }
  fprintf(f, "Subject To\n");
  for (uint32_t v = 0; v < m->village_count; v++) {
    for (uint32_t h = m->household_at[v]; h < m->household_at[v + 1]; h++) cbc_household(m, v, h, f, rows);
    for (unsigned w = 0; w < plan_works_of(m, v); w++) {
      const struct plan_work *x = &m->works[m->work_at[v] + w];
      cbc_uses(m, v, x->use_from, x->use_count, 1, 'w', m->work_at[v] + w, rows);
      for (unsigned o = 0; x->needs >> o; o++)
        if (x->needs >> o & 1) fprintf(f, " p%u_%u: w%u - w%u <= 0\n", m->work_at[v] + w, o, m->work_at[v] + w, m->work_at[v] + o);
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
    fprintf(f, " k%u: 0 o", x);
    for (uint32_t k = 0; k < m->resource_count; k++)
      if (m->resources[k].market == x) fprintf(f, " + z%u", k);
    fprintf(f, " <= 1\n");
  }
  fprintf(f, "Bounds\n o = 0\nBinary\n");
  for (uint64_t i = 0; i < items; i++) fprintf(f, " x%" PRIu64 "\n", i);
  for (uint32_t w = 0; w < works; w++) fprintf(f, " w%u\n", w);
  for (uint32_t k = 0; k < m->resource_count; k++)
    if (m->resources[k].market != PLAN_NONE) fprintf(f, " z%u\n", k);
  fprintf(f, "End\n");
}

/* CBC's best value within `seconds`; -1 when it found none. `optimal`: it says that there is no better one. */
static double cbc_best(const struct plan_model *m, double seconds, bool *optimal) {
  char lp[] = "/tmp/lucid-cbc-XXXXXX", with[80], sol[80], command[400];
  const int fd = mkstemp(lp);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  if (!f) return -1;
  cbc_write(m, f);
  fclose(f);
  snprintf(with, sizeof with, "%s.lp", lp);
  snprintf(sol, sizeof sol, "%s.sol", lp);
  *optimal = false;
  if (rename(lp, with) != 0) return -1;
  snprintf(command, sizeof command, "cbc %s sec %.1f ratio 0 allow 0 solve solution %s >/dev/null 2>&1", with, seconds, sol);
  const int rc = system(command);
  double best = -1;
  f = fopen(sol, "r");
  if (rc == 0 && f) {
    char line[256];
    const char *at;
    if (fgets(line, sizeof line, f) && !strstr(line, "no integer solution") && !strstr(line, "nfeasible") && (at = strstr(line, "objective value"))) {
      best = fabs(strtod(at + 15, NULL));
      *optimal = !strncmp(line, "Optimal", 7);
    }
  }
  if (f) fclose(f);
  unlink(with), unlink(sol);
  return best;
}

#endif
