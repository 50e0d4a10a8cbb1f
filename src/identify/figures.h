/* figures.h - from decisions and welfare to poverty figures with their errors, for the nation and every group.
 *
 * A group is never cut out of the sample: all households stay, with the share of their weight that lies inside (stats/survey.h).
 * A member field (sex, say) splits a household by its members' weights. Unknown welfare leaves a household out of a line's
 * figures, and the bounds say how far it could have moved them. Cost: about 20 passes over the households a group and line. */
#ifndef IDENTIFY_FIGURES_H
#define IDENTIFY_FIGURES_H

#include "identify/decide.h"

struct figures {
  const struct programme *programme;
  const struct sample *sample;
  const struct poverty_lines *lines;
  const struct decisions *decisions;
  struct survey *persons, *households; /* NULL when nobody has a weight */
  uint8_t **deprived;  /* indicator_count x n bytes, as deprivation.h wants them */
  double **relative_to_line; /* line_count x n: welfare over the household's own line, where lines differ; NULL (or NULL for a line) = they do not */
  uint8_t *state;      /* n: scratch */
  double *a, *b;       /* n: scratch */
};

/* The surveys that everything rests on; NULL pointers when no household has a positive weight. */
enum status figures_surveys(struct arena *a, const struct sample *s, struct survey **persons, struct survey **households, struct err *e) MUST_CHECK;
/* Fills nation, breakdowns, welfare, has_af, psus, strata of the result. */
enum status figures_all(struct arena *a, struct figures *f, struct identify_result *r, struct err *e) MUST_CHECK;

#endif
