/* build.h - from people, measures, money and markets to the model that the solver reads (plan/model.h), and back.
 *
 * Villages and households of the model are those of struct people, in the same order; a column is a bundle of measures that somebody is offered, in the
 * order of codes; a household takes at most one. Works are the programme's village measures, the same slots in every village: where a village already
 * has what the measure would bring (none of the constraints it answers binds) the slot costs nothing and is worth nothing, so what needs it may
 * go on; where the village cannot have it the slot is shut. A work is worth what it brings each household that it reaches, taken alone.
 *
 * The same snapshot, programme and wishes give the same model, byte for byte, for any number of threads: its hash is what a certificate is about.
 *
 * Cost: offer_list for every household, side by side. Memory: 16 bytes an offered item while building, 8 after. */
#ifndef PLAN_BUILD_H
#define PLAN_BUILD_H

#include "base/pool.h"
#include "base/progress.h"
#include "plan/offer.h"

#define BUILD_PIN ((int64_t)1 << 40) /* value units on top of a work that somebody pinned */

struct built {
  struct plan_model model;
  const struct people *people;
  struct money money;
  struct market *markets;
  struct limits limits;
  struct offers offers;
  bundle_code *bundles;        /* one a column */
  uint32_t work_count; uint32_t work_measure[PLAN_WORKS]; /* slot -> measure */
  struct plan_column *columns; struct plan_work *works; /* those of the model */
  uint8_t *work_there;         /* a village: bit w = it already has what slot w would bring */
};

/* ERR_LIMIT: more than PLAN_WORKS village measures, more than 65,535 different bundles. */
enum status build(struct arena *a, const struct people *p, const double *weights, int32_t year, struct pool *pool, struct progress *progress, struct built *out, struct err *e) MUST_CHECK;

#endif
