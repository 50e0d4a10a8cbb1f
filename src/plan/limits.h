/* limits.h - everything that runs out, as resources of the model, each with what it is in words that people know.
 *
 * Money (a purse in a year and area), capacities of measures by area, the tiers of markets, and what may be planted: by village for
 * conservation, and as a share of a county's farmland and households, so that no place hangs on one crop. Amounts are whole: currency
 * units, units of a measure, kg, hundredths of a mu, households.
 *
 * A measure uses the same kinds of limits everywhere, but which one of a kind depends on the village: that is a *layer* (plan/model.h). */
#ifndef PLAN_LIMITS_H
#define PLAN_LIMITS_H

#include "plan/market.h"
#include "plan/model.h"
#include "plan/money.h"

enum limit_kind { LIMIT_MONEY, LIMIT_CAPACITY, LIMIT_TIER, LIMIT_ALLOWED, LIMIT_FARMLAND, LIMIT_HOUSEHOLDS, LIMIT_KIND_COUNT };

struct limit {
  enum limit_kind kind;
  uint32_t year, purse;            /* money */
  uint32_t area;                   /* money: a money area; others: an area of the programme */
  uint32_t measure, product, tier, village; /* by kind; PLANNING_NONE where it does not apply */
};

struct limits {
  const struct people *people; const struct money *money; const struct market *markets; /* one a product */
  const struct limit *of; struct plan_resource *resources; uint32_t count; uint32_t market_count;
  struct plan_layer *layers; uint32_t layer_count;
  uint32_t *money_layer;           /* [year][purse] -> 1 + layer; 0 = the year has no funds, and nothing is asked of it */
  uint32_t *capacity_first;        /* [measure + 1]: its layers are capacity_first[m] .. capacity_first[m + 1] (0-based layer numbers) */
  uint32_t *allowed_layer, *farmland_layer, *households_layer; /* [product] -> 1 + layer, 0 = not limited */
  uint32_t *tier_resource;         /* [product] -> its first tier's resource, PLAN_NONE = no market */
};

enum status limits_make(struct arena *a, const struct people *p, const struct money *money, const struct market *markets, const int64_t *tier_losses /* [product][PLANNING_TIERS] */, struct limits *out, struct err *e) MUST_CHECK;
/* Whether the measure can be had in the village at all: paid by somebody, and with places where it has any. */
bool limits_reach(const struct limits *l, uint32_t measure, uint32_t village);
/* Appends what `quantity` units of a measure at a market tier (PLANNING_NONE for none) use; equal ones are added up. *count grows; `room` entries. False when
 * there is no room. */
bool limits_use(const struct limits *l, uint32_t measure, uint32_t tier, uint32_t quantity, struct plan_use *uses, uint32_t *count, uint32_t room);
/* What runs out, in a few words; lives in the arena. */
const char *limit_text(struct arena *a, const struct limits *l, uint32_t resource, enum language lang);

#endif
