/* figures.h - from decisions and welfare to poverty figures with their errors, for the nation and every group.
 *
 * A group is never cut out of the sample: all households stay, with the share of their weight that lies inside (stats/survey.h).
 * A member field (sex, say) splits a household by its members' weights. Unknown welfare leaves a household out of a line's
 * figures, and the bounds say how far it could have moved them.
 * What lies outside a group counts for its errors only by how many sampling units there are, so a group is worked on as its own rows
 * (survey_subset): a breakdown into a thousand villages costs what the nation costs. Where a line is relative everybody's error is in
 * it, and all rows stay. Groups are tasks of the pool, each with its own scratch: the same bytes for any number of threads.
 * Cost: about 200 passes over the households a breakdown and line; memory about 150 bytes a household of the groups at work. */
#ifndef IDENTIFY_FIGURES_H
#define IDENTIFY_FIGURES_H

#include "identify/decide.h"

struct figures { /* of all households, or of those of one group */
  const struct programme *programme;
  const struct sample *sample;
  const struct poverty_lines *lines;
  const struct decisions *decisions; /* of all */
  struct pool *pool;
  struct survey *persons, *households; /* NULL when nobody has a weight */
  /* one a row of the sample */
  const uint8_t *outcome, *flags, *poor, *score_known;
  const double *score, *score_high;
  const uint8_t *const *deprived;  /* indicator_count x n bytes, as deprivation.h wants them */
  const double *const *relative_to_line; /* line_count x n: welfare over the household's own line, where lines differ; NULL (or NULL for a line) = they do not */
  uint8_t *state;      /* scratch */
  double *a, *b;       /* scratch */
};

/* The surveys that everything rests on; NULL pointers when no household has a positive weight. */
enum status figures_surveys(struct arena *a, const struct sample *s, struct survey **persons, struct survey **households, struct err *e) MUST_CHECK;
/* Fills nation, breakdowns, welfare, has_af, psus, strata of the result. */
enum status figures_all(struct arena *a, struct figures *f, struct identify_result *r, struct err *e) MUST_CHECK;

#endif
