/* quota.h - places are fewer than those who qualify: who gets one, and what is not certain about it.
 *
 * Per area of the quota's level, those who qualify come in order of the ranking. A tie that fits takes its places whole. A tie
 * that does not fit is returned whole and settled as the programme says: `include` gives all of it a place (the quota is
 * exceeded, and the table shows it), `exclude` none, `draw` orders it by the published draw and fills what is left. Where
 * places count persons, order is strict: when the next household is larger than what is left, nobody behind it gets ahead.
 *
 * Undecided households hold no place. But each that could take one once its answer is known is flagged, and so is each selected
 * household that could lose its place to them: a place that rests on somebody else's missing answer is `provisional`. */
#ifndef IDENTIFY_QUOTA_H
#define IDENTIFY_QUOTA_H

#include "identify/decide.h"

/* Changes outcomes, flags and places in `d`; gives the table by area (in order of area). ERR_INPUT when an area where somebody qualifies has
 * no row in the quota and there is no "*" row. No quota: does nothing, *count = 0. */
enum status quota_fill(struct arena *a, const struct programme *p, const struct sample *s, const char *seed, struct pool *pool, struct decisions *d,
                       struct quota_area **out, uint32_t *count, struct err *e) MUST_CHECK;

#endif
