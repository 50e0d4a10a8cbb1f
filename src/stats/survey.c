#include "stats/survey.h"

#include <math.h>
#include <string.h>

#include "base/clones.h"
#include "stats/order.h"

enum { SUM_BLOCK = 1024, LANES = 8 };

static double sum_blocks(const double *f, uint64_t blocks, uint64_t n) {
  if (blocks <= 1) {
    double lane[LANES] = {0}; /* side by side, so that an addition need not wait for the one before; always these, so always the same bytes */
    uint64_t i = 0;
    for (; i + LANES <= n; i += LANES)
      for (int k = 0; k < LANES; k++) lane[k] += f[i + (uint64_t)k];
    for (int k = 0; i < n; i++, k++) lane[k] += f[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  }
  uint64_t half = blocks / 2;
  return sum_blocks(f, half, half * SUM_BLOCK) + sum_blocks(f + half * SUM_BLOCK, blocks - half, n - half * SUM_BLOCK);
}

double survey_sum(const double *f, uint64_t n) { return sum_blocks(f, (n + SUM_BLOCK - 1) / SUM_BLOCK, n); }

/* Gives each row its dense PSU, PSUs of a stratum side by side; fills psus, strata, stratum_at. */
static enum status number_psus(struct arena *a, uint64_t n, const uint32_t *stratum, const uint32_t *psu, struct survey *s, struct err *e) {
  uint64_t *keys;
  uint32_t *order, *of_row, *at;
  ARENA_TRY(e, of_row = arena_array(a, n, sizeof *of_row));
  struct arena scratch;
  arena_init(&scratch, 0);
  keys = arena_array(&scratch, n, sizeof *keys);
  if (keys)
    for (uint64_t i = 0; i < n; i++) keys[i] = (uint64_t)(stratum ? stratum[i] : 0) << 32 | (psu ? psu[i] : (uint32_t)i);
  order = keys ? order_u64(&scratch, keys, n) : NULL;
  if (!order) {
    arena_drop(&scratch);
    return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  }
  uint32_t psus = 0, strata = 0;
  for (uint64_t i = 0; i < n; i++) {
    bool first = i == 0, new_stratum = first || keys[order[i]] >> 32 != keys[order[i - 1]] >> 32;
    if (new_stratum) strata++;
    if (first || keys[order[i]] != keys[order[i - 1]]) psus++;
    of_row[order[i]] = psus - 1;
  }
  at = arena_array(a, (size_t)strata + 1, sizeof *at);
  if (at) {
    uint32_t h = 0;
    for (uint64_t i = 0; i < n; i++)
      if (i == 0 || keys[order[i]] >> 32 != keys[order[i - 1]] >> 32) at[h++] = of_row[order[i]];
    at[strata] = psus;
  }
  arena_drop(&scratch);
  ARENA_TRY(e, at);
  s->psu = of_row, s->psus = psus, s->strata = strata, s->stratum_at = at;
  for (uint32_t h = 0; h < strata; h++) s->lonely += at[h + 1] - at[h] == 1;
  return OK;
}

enum status survey_open(struct arena *a, uint64_t n, const double *weight, const uint32_t *stratum, const uint32_t *psu, struct survey *out, struct err *e) {
  *out = (struct survey){.n = n};
  if (n == 0) return err_set(e, ERR_INPUT, "import the data and close the round first", "there is no row to estimate from");
  if (n > UINT32_MAX) return err_set(e, ERR_LIMIT, "work on one county at a time", "%llu rows are more than a survey holds (4,294,967,295)", (unsigned long long)n);
  if (!weight) {
    double *ones;
    ARENA_TRY(e, ones = arena_array(a, n, sizeof *ones));
    for (uint64_t i = 0; i < n; i++) ones[i] = 1;
    weight = ones;
  }
  for (uint64_t i = 0; i < n; i++)
    if (!(weight[i] >= 0) || isinf(weight[i]))
      return err_set(e, ERR_INPUT, "a sampling weight is how many units a row stands for: zero or more", "row %llu has the weight %g", (unsigned long long)i + 1, weight[i]);
  out->weight = weight;
  out->total = survey_sum(weight, n);
  if (!(out->total > 0)) return err_set(e, ERR_INPUT, "look at the weight field of the sample", "all weights are zero");
  TRY(number_psus(a, n, stratum, psu, out, e));
  ARENA_TRY(e, out->z = arena_array(a, n, sizeof *out->z));
  ARENA_TRY(e, out->psu_total = arena_array(a, out->psus, sizeof *out->psu_total));
  return OK;
}

enum status survey_twin(struct arena *a, const struct survey *s, struct survey *out, struct err *e) {
  *out = *s;
  ARENA_TRY(e, out->z = arena_array(a, s->n, sizeof *out->z));
  ARENA_TRY(e, out->psu_total = arena_array(a, s->psus, sizeof *out->psu_total));
  return OK;
}

/* Numbers anew the PSUs that have rows; they keep their order, and so their strata. */
static enum status subset_psus(struct arena *a, const struct survey *s, const uint32_t *rows, struct survey *out, struct err *e) {
  uint32_t *of_row, *at, *in_all, *number;
  ARENA_TRY(e, of_row = arena_array(a, out->n, sizeof *of_row));
  ARENA_TRY(e, at = arena_array(a, s->strata + 1u, sizeof *at));
  ARENA_TRY(e, in_all = arena_array(a, s->strata + 1u, sizeof *in_all));
  bool ascending = true; /* as where every row is its own PSU: then no table over all of them is needed */
  for (uint64_t i = 1; i < out->n && ascending; i++) ascending = s->psu[rows[i]] >= s->psu[rows[i - 1]];
  out->psus = 0;
  struct arena scratch;
  arena_init(&scratch, 0);
  if (ascending) {
    for (uint64_t i = 0; i < out->n; i++) of_row[i] = out->psus += i == 0 || s->psu[rows[i]] != s->psu[rows[i - 1]];
  } else {
    if (!(number = arena_array(&scratch, s->psus, sizeof *number))) return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
    for (uint64_t i = 0; i < out->n; i++) number[s->psu[rows[i]]] = 1;
    for (uint32_t k = 0; k < s->psus; k++)
      if (number[k]) number[k] = ++out->psus;
    for (uint64_t i = 0; i < out->n; i++) of_row[i] = number[s->psu[rows[i]]];
  }
  for (uint64_t i = 0; i < out->n; i++) {
    uint32_t lo = 0, hi = s->strata; /* the stratum of its PSU */
    while (lo + 1 < hi) {
      uint32_t mid = lo + (hi - lo) / 2;
      if (s->stratum_at[mid] <= s->psu[rows[i]]) lo = mid;
      else hi = mid;
    }
    if (of_row[i] > at[lo + 1]) at[lo + 1] = of_row[i]; /* its last PSU so far: PSUs are numbered from 1 here */
    of_row[i]--;
  }
  for (uint32_t h = 0; h < s->strata; h++) {
    if (at[h + 1] < at[h]) at[h + 1] = at[h]; /* nobody of this stratum */
    in_all[h] = s->stratum_psus ? s->stratum_psus[h] : s->stratum_at[h + 1] - s->stratum_at[h];
  }
  arena_drop(&scratch);
  out->psu = of_row, out->stratum_at = at, out->stratum_psus = in_all;
  return OK;
}

enum status survey_subset(struct arena *a, const struct survey *s, const uint32_t *rows, uint64_t count, struct survey *out, struct err *e) {
  *out = (struct survey){.n = count, .strata = s->strata, .lonely = s->lonely};
  double *weight;
  ARENA_TRY(e, weight = arena_array(a, count ? count : 1, sizeof *weight));
  for (uint64_t i = 0; i < count; i++) weight[i] = s->weight[rows[i]];
  out->weight = weight;
  out->total = survey_sum(weight, count);
  TRY(subset_psus(a, s, rows, out, e));
  ARENA_TRY(e, out->z = arena_array(a, count ? count : 1, sizeof *out->z));
  ARENA_TRY(e, out->psu_total = arena_array(a, out->psus ? out->psus : 1, sizeof *out->psu_total));
  return OK;
}

/* z times the weight, added up by PSU. Where every row is its own, in order, there is nothing to add. */
CLONES static void weigh(double *restrict to, const double *restrict weight, const double *restrict z, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) to[i] = weight[i] * z[i];
}

CLONES static void square(double *restrict x, double mean, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) x[i] = (x[i] - mean) * (x[i] - mean);
}

CLONES static bool each_its_own(const uint32_t *psu, uint64_t n) {
  uint32_t other = 0;
  for (uint64_t i = 0; i < n; i++) other |= psu[i] ^ (uint32_t)i;
  return !other;
}

double survey_variance(struct survey *s, const double *z) {
  uint64_t psus = s->psus;
  for (uint32_t h = 0; h < s->strata && s->stratum_psus; h++) psus = (h ? psus : 0) + s->stratum_psus[h];
  if (psus < 2) return NAN;
  double *t = s->psu_total;
  if (s->psus == s->n && each_its_own(s->psu, s->n)) {
    weigh(t, s->weight, z, s->n);
  } else {
    memset(t, 0, s->psus * sizeof *t);
    for (uint64_t i = 0; i < s->n; i++) t[s->psu[i]] += s->weight[i] * z[i];
  }
  double variance = 0;
  for (uint32_t h = 0; h < s->strata; h++) {
    double *first = t + s->stratum_at[h];
    const uint32_t here = s->stratum_at[h + 1] - s->stratum_at[h], m = s->stratum_psus ? s->stratum_psus[h] : here;
    if (!here) continue;
    double mean = m > 1 ? survey_sum(first, here) / m : 0;
    square(first, mean, here);
    double squares = survey_sum(first, here) + (m - here) * (mean * mean); /* those without rows here have a total of 0 */
    variance += squares * (m > 1 ? m / (m - 1.0) : 1);
  }
  return variance;
}

static const struct estimate nothing = {.value = NAN, .se = NAN};

/* The three loops of a ratio, each for a part or all, with a divisor or one. A row is in when its weight is positive and its values are known. */
#define BY_FORM(LOOP)                                                                                        \
  if (part && x) LOOP(part[i], x[i])                                                                         \
  else if (part) LOOP(part[i], 1.0)                                                                          \
  else if (x) LOOP(1.0, x[i])                                                                                \
  else LOOP(1.0, 1.0)

CLONES static uint64_t ratio_weights(double *restrict z, const double *weight, const double *part, const double *y, const double *x, uint64_t n) {
  uint64_t in = 0;
#define LOOP(p, q)                                                                                           \
  for (uint64_t i = 0; i < n; i++) {                                                                         \
    const double d = weight[i] * (p);                                                                        \
    const uint64_t is = (uint64_t)(d > 0) & (uint64_t)(y[i] == y[i]) & (uint64_t)((q) == (q));               \
    z[i] = is ? d : 0;                                                                                       \
    in += is;                                                                                                \
  }
  BY_FORM(LOOP)
#undef LOOP
  return in;
}

CLONES static void ratio_values(double *restrict z, const double *weight, const double *part, const double *y, const double *x, uint64_t n) {
#define LOOP(p, q)                                                                                           \
  for (uint64_t i = 0; i < n; i++) {                                                                         \
    const double d = weight[i] * (p), v = d * y[i];                                                          \
    z[i] = (uint64_t)(d > 0) & (uint64_t)(y[i] == y[i]) & (uint64_t)((q) == (q)) ? v : 0;                    \
  }
  BY_FORM(LOOP)
#undef LOOP
}

CLONES static void ratio_residuals(double *restrict z, const double *weight, const double *part, const double *y, const double *x, double value, double below, uint64_t n) {
#define LOOP(p, q)                                                                                           \
  for (uint64_t i = 0; i < n; i++) {                                                                         \
    const double d = weight[i] * (p), v = (p) * (y[i] - value * (q)) / below;                                \
    z[i] = (uint64_t)(d > 0) & (uint64_t)(y[i] == y[i]) & (uint64_t)((q) == (q)) ? v : 0;                    \
  }
  BY_FORM(LOOP)
#undef LOOP
}

struct estimate survey_ratio(struct survey *s, const double *y, const double *x, const double *part) {
  struct estimate r = {0};
  r.n = ratio_weights(s->z, s->weight, part, y, x, s->n);
  r.weight = survey_sum(s->z, s->n);
  if (x)
    for (uint64_t i = 0; i < s->n; i++)
      if (s->z[i] > 0) s->z[i] *= x[i];
  double below = x ? survey_sum(s->z, s->n) : r.weight;
  if (r.n == 0 || below == 0) return nothing;
  ratio_values(s->z, s->weight, part, y, x, s->n);
  r.value = survey_sum(s->z, s->n) / below;
  ratio_residuals(s->z, s->weight, part, y, x, r.value, below, s->n);
  r.se = sqrt(survey_variance(s, s->z));
  return r;
}

struct estimate survey_mean(struct survey *s, const double *y, const double *part) { return survey_ratio(s, y, NULL, part); }

struct estimate survey_total(struct survey *s, const double *y, const double *part) {
  struct estimate r = {0};
  for (uint64_t i = 0; i < s->n; i++) {
    bool in = survey_part(s, part, i) > 0 && !isnan(y[i]);
    s->z[i] = in ? survey_part(s, part, i) : 0;
    r.n += in;
  }
  if (r.n == 0) return nothing;
  r.weight = survey_sum(s->z, s->n);
  for (uint64_t i = 0; i < s->n; i++)
    if (s->z[i] > 0) s->z[i] *= y[i];
  r.value = survey_sum(s->z, s->n);
  for (uint64_t i = 0; i < s->n; i++) s->z[i] = s->weight[i] > 0 ? s->z[i] / s->weight[i] : 0;
  r.se = sqrt(survey_variance(s, s->z));
  return r;
}

struct estimate survey_delta(struct survey *s, double value, uint64_t n, double weight) {
  if (n == 0 || isnan(value)) return nothing;
  return (struct estimate){.value = value, .se = sqrt(survey_variance(s, s->z)), .n = n, .weight = weight};
}

struct interval estimate_interval(struct estimate x, double lo, double hi) {
  if (isnan(x.value) || isnan(x.se)) return (struct interval){NAN, NAN};
  return (struct interval){fmax(lo, x.value - 1.959963984540054 * x.se), fmin(hi, x.value + 1.959963984540054 * x.se)};
}
