/* offer.h - what one household could get: single measures, and bundles of two or three, each with its worth.
 *
 * Two measures together are worth less than apart (the second yuan closes a smaller gap), so a choice is a whole bundle with a worth of its own, and a
 * household takes one bundle. Listing every combination would be endless; the list is made by a fixed rule, and it is part of the model that the
 * certificate speaks of:
 *
 *   singles  every measure that is open to it, at the whole quantity its rule gives (as far as its land and labour reach) and, from 2 units, at half
 *   pairs    among the measures with the most worth (three) and the most worth for their cost (five), whole quantities snapped to
 *            a scale of sizes; by worth for cost, at most 14
 *   triples  (where `most` is 3 or more) the best pairs with one of those measures more, at most 6
 *
 * A household plants at most one new product. A measure with a product stands once for each price tier of its market.
 * At most OFFER_BUNDLES bundles, and PLAN_ITEMS items with their tiers.
 *
 * Cost: some 20 to 60 us a household. */
#ifndef PLAN_OFFER_H
#define PLAN_OFFER_H

#include "plan/limits.h"

#define OFFER_BUNDLES 60u
#define OFFER_PARTS 3u
#define OFFER_UNIT 1e6 /* value units in a person-year of the objective */
#define OFFER_NO_TIER 15u
#define OFFER_PIN 1073741824.0 /* value units on top of a bundle that somebody pinned */

/* A bundle in one number, so that equal bundles of different households are one column: 4 parts of 16 bits, measure (6), tier (4), size (6). Size
 * 0 = the item's own quantity (a single). A part that is not there is 0xFFFF. */
typedef uint64_t bundle_code;
struct bundle_part { uint32_t measure, tier, quantity; /* tier: PLANNING_NONE = none; quantity: 0 = the item's */ };
struct bundle { uint32_t count; struct bundle_part parts[OFFER_PARTS]; };
struct bundle bundle_read(bundle_code code);
uint32_t bundle_size(uint32_t class); /* units of a size class, from 1 */

struct offer_item { bundle_code code; int32_t value; uint16_t quantity; };

/* What is the same for all households. */
struct offers {
  const struct people *people; const struct limits *limits;
  struct worth_scale scale;
  const double *weights;        /* of indicators, adding up to one */
  double cutoff;                /* of the deprivation score */
  double costs[PLANNING_MEASURES]; /* of a unit over the horizon, discounted: for the order of the list only */
  struct worth_part (*units)[PLANNING_TIERS]; /* [measure][tier]: the stream of one unit (tier 0 where there is none) */
};

enum status offers_make(struct arena *a, const struct people *p, const struct limits *l, const double *weights, struct offers *out, struct err *e) MUST_CHECK;
/* Person of household i as worth sees it: with the guarantees that are income, and without the deprivations that guarantees settle. */
struct worth_person offer_person(const struct offers *o, uint32_t household, uint64_t *deprived);
double offer_score(const struct offers *o, uint64_t deprived); /* 0 below the cutoff */
/* Worth of a bundle to a household in all objectives. */
struct worth offer_worth(const struct offers *o, uint32_t household, const struct bundle *b, uint32_t quantity);
/* Whether the household can have the measure, and why not. */
enum offer_why { OFFER_OPEN, OFFER_NOT_ELIGIBLE, OFFER_NO_CAUSE, OFFER_UNKNOWN, OFFER_REFUSED, OFFER_NO_FUND, OFFER_NO_PLACE, OFFER_UNSUITABLE, OFFER_SUITABLE_UNKNOWN, OFFER_NO_LAND, OFFER_NO_LABOUR, OFFER_NO_MARKET, OFFER_WHY_COUNT };
enum offer_why offer_open(const struct offers *o, uint32_t household, uint32_t measure, uint32_t *quantity);
/* The list; `out` has room for PLAN_ITEMS. Sorted by code, then quantity. Returns how many. */
uint32_t offer_list(const struct offers *o, uint32_t household, struct offer_item *out);

#endif
