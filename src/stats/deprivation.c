#include "stats/deprivation.h"

#include <math.h>

enum status deprivation_measure(struct survey *s, uint32_t indicators, const uint8_t *const *deprived, const double *weights, double cutoff,
                                const double *part, struct deprivation *out, struct err *e) {
  *out = (struct deprivation){.cutoff = cutoff, .indicators = indicators};
  if (indicators == 0 || indicators > DEPRIVATION_MAX)
    return err_set(e, ERR_INPUT, "1 to 64 indicators make a deprivation score", "there are %u deprivation indicators", indicators);
  if (!(cutoff > 0 && cutoff <= 1)) return err_set(e, ERR_INPUT, "write 0.33 for a third", "the deprivation cutoff is %g, not above 0 and at most 1", cutoff);
  double share[DEPRIVATION_MAX], sum = 0;
  for (uint32_t j = 0; j < indicators; j++) {
    if (!(weights[j] >= 0) || isinf(weights[j])) return err_set(e, ERR_INPUT, "weights are zero or more", "indicator %u has the weight %g", j + 1, weights[j]);
    sum += weights[j];
  }
  if (!(sum > 0)) return err_set(e, ERR_INPUT, "give at least one indicator a weight", "all indicator weights are zero");
  for (uint32_t j = 0; j < indicators; j++) share[j] = weights[j] / sum;

  struct arena scratch;
  arena_init(&scratch, 0);
  double *score = arena_array(&scratch, s->n, sizeof *score); /* c, NaN = unknown */
  double *poor = arena_array(&scratch, s->n, sizeof *poor);   /* 1 or 0, NaN */
  double *m = arena_array(&scratch, s->n, sizeof *m);         /* c x poor, NaN */
  double *x = arena_array(&scratch, s->n, sizeof *x);
  if (!score || !poor || !m || !x) {
    arena_drop(&scratch);
    return err_set(e, ERR_MEMORY, "close other programs, or work on fewer rows at once", "out of memory");
  }
  for (uint64_t i = 0; i < s->n; i++) score[i] = 0;
  for (uint32_t j = 0; j < indicators; j++)
    for (uint64_t i = 0; i < s->n; i++) score[i] = deprived[j][i] >= DEPRIVATION_UNKNOWN ? NAN : score[i] + share[j] * deprived[j][i];
  for (uint64_t i = 0; i < s->n; i++) {
    bool known = !isnan(score[i]);
    poor[i] = known ? score[i] >= cutoff - 1e-9 : NAN;
    m[i] = known ? score[i] * poor[i] : NAN;
    double d = survey_part(s, part, i);
    if (!known && d > 0) out->unknown++, out->unknown_weight += d;
  }
  out->h = survey_mean(s, poor, part);
  out->m0 = survey_mean(s, m, part);
  out->a = survey_ratio(s, m, poor, part);
  for (uint32_t j = 0; j < indicators; j++) {
    for (uint64_t i = 0; i < s->n; i++) x[i] = isnan(score[i]) ? NAN : deprived[j][i];
    out->uncensored[j] = survey_mean(s, x, part);
    for (uint64_t i = 0; i < s->n; i++) x[i] *= poor[i];
    out->censored[j] = survey_mean(s, x, part);
    for (uint64_t i = 0; i < s->n; i++) x[i] *= share[j];
    out->contribution[j] = survey_ratio(s, x, m, part);
  }
  arena_drop(&scratch);
  return OK;
}
